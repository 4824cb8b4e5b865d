//! A schedule as a timeline of SQL, with its numbers and, where it has one, its name.

use explorer::{Ended, Event, Kind, Run, Serial, short};
use protocol::Timeline;
use protocol::timeline::{Row, Table};

use super::anomaly;
use super::said::Said;

/// A loop without an end is told by its beginning.
const MOST_ROWS: usize = 16;

/// `wrong`: there is something to be named.
pub fn timeline(
    run: &Run,
    serial: &[Serial],
    before: &str,
    tables: &[String],
    wrong: bool,
) -> Timeline {
    let mut timeline = Timeline { lanes: run.lanes.clone(), ..Timeline::default() };
    for (at, event) in run.log.iter().enumerate() {
        let mut row = Row::new(event.lane, text(event));
        match &event.kind {
            Kind::Waits(by) => row = row.mark(format!("waits for {}", names(run, by))),
            Kind::Resumed => {
                if let Some(freed) = freed_by(&run.log, at) {
                    row = row.mark(format!("after {}", freed + 1));
                }
            }
            _ => {}
        }
        timeline.rows.push(row);
    }
    if run.stuck.is_some() && run.waiting.is_empty() && timeline.rows.len() > MOST_ROWS {
        // Again and again the same.
        let left = timeline.rows.len() - MOST_ROWS;
        timeline.rows.truncate(MOST_ROWS);
        let lane = timeline.rows.last().map_or(0, |r| r.lane);
        timeline.rows.push(Row::new(lane, format!("… and {left} rows more")));
        return timeline;
    }
    let named = anomaly::find(run, wrong);
    for (row, mark) in named.marks {
        if timeline.rows[row].mark.is_none() {
            timeline.rows[row].mark = Some(mark);
        }
    }
    timeline.notes = named.notes;
    let orders: Vec<(String, &str)> = serial
        .iter()
        .filter(|s| s.order.len() == run.lanes.len())
        .map(|s| {
            let order: Vec<&str> = s.order.iter().map(|l| short(&run.lanes[*l])).collect();
            (order.join(" then "), s.state.as_str())
        })
        .collect();
    if run.ends.iter().all(|e| *e != Ended::Unfinished) || !run.state.is_empty() {
        let mut states = vec![("before".to_owned(), before), ("after".to_owned(), &*run.state)];
        states.extend(orders.into_iter().filter({
            // Orders that give the same are told once.
            let mut seen: Vec<&str> = Vec::new();
            move |(_, state)| {
                let new = !seen.contains(state);
                seen.push(*state);
                new
            }
        }));
        timeline.tables = states_as_tables(&states, &changed(&states, tables));
    }
    timeline
}

/// A statement that goes on stands in full where it began to wait.
fn text(event: &Event) -> String {
    match said(event).filter(|_| event.kind == Kind::Resumed) {
        Some(said) => {
            let brief = said.answer.brief();
            let arrow = if brief.is_empty() { "" } else { " → " };
            format!("{} goes on{arrow}{brief}", said.verb.to_uppercase())
        }
        None => event.text.clone(),
    }
}

fn names(run: &Run, lanes: &[usize]) -> String {
    let names: Vec<&str> = lanes.iter().map(|l| short(&run.lanes[*l])).collect();
    if names.is_empty() { "a lock".into() } else { names.join(" and ") }
}

/// The row that let a waiting step go on: the last step of another lane before it.
fn freed_by(log: &[Event], at: usize) -> Option<usize> {
    let lane = log[at].lane;
    log[..at]
        .iter()
        .rposition(|e| e.lane != lane && matches!(e.kind, Kind::Step | Kind::Fault | Kind::Resumed))
}

/// What is known of a statement.
pub fn said(event: &Event) -> Option<&Said> {
    event.detail.as_ref()?.downcast_ref()
}

/// One state as it was read: tables with columns and rows.
fn parse(state: &str) -> Vec<(String, Vec<String>, Vec<Vec<String>>)> {
    let mut tables = Vec::new();
    for line in state.lines() {
        let mut cells = line.split('\t').map(str::to_owned);
        if line.starts_with("# ") {
            let name = cells.next().unwrap_or_default();
            tables.push((name["# ".len()..].to_owned(), cells.collect(), Vec::new()));
            continue;
        }
        if tables.is_empty() {
            tables.push((String::new(), Vec::new(), Vec::new()));
        }
        if let Some((_, _, rows)) = tables.last_mut() {
            rows.push(cells.collect());
        }
    }
    tables
}

/// The tables that are not the same in all states; all of them if none has changed.
fn changed(states: &[(String, &str)], tables: &[String]) -> Vec<String> {
    let parsed: Vec<_> = states.iter().map(|(_, state)| parse(state)).collect();
    let rows = |n: usize, name: &String| parsed[n].iter().find(|t| t.0 == *name).map(|t| &t.2);
    let differs = |name: &&String| (1..parsed.len()).any(|n| rows(n, name) != rows(0, name));
    let changed: Vec<String> = tables.iter().filter(differs).cloned().collect();
    if changed.is_empty() { tables.to_vec() } else { changed }
}

/// A table of the schema becomes one of the timeline: if it has two columns, the first one's values
/// are the headings; each state is a line.
pub fn states_as_tables(states: &[(String, &str)], tables: &[String]) -> Vec<Table> {
    let parsed: Vec<_> = states.iter().map(|(label, state)| (label, parse(state))).collect();
    // A SELECT of the suite's own has one result, without a name.
    let own = parsed.iter().any(|(_, tables)| tables.iter().any(|table| table.0.is_empty()));
    let mut names: Vec<&str> = tables.iter().map(String::as_str).collect();
    if own {
        // Beside it are those of the ports, which have names.
        names.retain(|name| parsed.iter().any(|(_, tables)| tables.iter().any(|t| t.0 == *name)));
        names.insert(0, "");
    }
    names.into_iter().filter_map(|name| one_table(name, &parsed)).collect()
}

type Parsed<'a> = (&'a String, Vec<(String, Vec<String>, Vec<Vec<String>>)>);

fn one_table(name: &str, states: &[Parsed]) -> Option<Table> {
    let rows_of = |state: &Parsed| -> Vec<Vec<String>> {
        let found = state.1.iter().find(|(n, _, _)| n == name);
        found.map(|(_, _, rows)| rows.clone()).unwrap_or_default()
    };
    let all: Vec<Vec<Vec<String>>> = states.iter().map(rows_of).collect();
    let keyed = all.iter().flatten().all(|row| row.len() == 2)
        && all.iter().all(|rows| {
            let mut keys: Vec<&str> = rows.iter().map(|r| r[0].as_str()).collect();
            keys.dedup();
            keys.len() == rows.len()
        });
    if keyed { pivot(name, states, &all) } else { lists(name, states, &all) }
}

/// `account 1 2 3 total`, and under it a line for each state.
fn pivot(name: &str, states: &[Parsed], all: &[Vec<Vec<String>>]) -> Option<Table> {
    let mut keys: Vec<String> = Vec::new();
    for row in all.iter().flatten() {
        if !keys.contains(&row[0]) {
            keys.push(row[0].clone());
        }
    }
    // Rows that are in order in each state, and not in all states, are in order in the heading.
    if all.iter().all(|rows| rows.is_sorted_by_key(|row| &row[0])) {
        keys.sort();
    }
    if keys.len() > 8 {
        return lists(name, states, all);
    }
    let number = |text: &str| text.parse::<i64>().ok();
    let total = keys.len() > 1
        && all.iter().flatten().all(|row| number(&row[1]).is_some())
        && all.iter().flatten().next().is_some();
    let mut heading = vec![name.to_owned()];
    heading.extend(keys.iter().cloned());
    if total {
        heading.push("total".into());
    }
    let (mut rows, mut sums) = (vec![heading], Vec::new());
    for (state, values) in states.iter().zip(all) {
        let value = |key: &String| {
            values.iter().find(|r| r[0] == *key).map_or_else(|| "-".to_owned(), |r| r[1].clone())
        };
        let mut row = vec![state.0.clone()];
        row.extend(keys.iter().map(value));
        if total {
            let sum: i64 = values.iter().filter_map(|r| number(&r[1])).sum();
            sums.push(sum);
            row.push(sum.to_string());
        }
        rows.push(row);
    }
    // Where every serial order keeps the sum and this schedule does not.
    if let [before, after, serial @ ..] = &sums[..]
        && before != after
        && !serial.is_empty()
        && serial.iter().all(|s| s == before)
    {
        let remark = match after - before {
            much @ 1.. => format!("✗ {much} too many"),
            few => format!("✗ {} too few", -few),
        };
        for (n, row) in rows.iter_mut().enumerate() {
            row.push(if n == 2 { remark.clone() } else { String::new() });
        }
    }
    Some(Table { rows })
}

/// For each state all rows on one line.
fn lists(name: &str, states: &[Parsed], all: &[Vec<Vec<String>>]) -> Option<Table> {
    const MOST: usize = 60;
    if all.iter().all(Vec::is_empty) {
        return None;
    }
    let mut rows = vec![vec![name.to_owned(), "rows".to_owned(), String::new()]];
    for (state, values) in states.iter().zip(all) {
        let list: Vec<String> = values.iter().map(|r| format!("({})", r.join(", "))).collect();
        let mut list = list.join(" ");
        if let Some((end, _)) = list.char_indices().nth(MOST) {
            list.truncate(end);
            list.push('…');
        }
        rows.push(vec![state.0.clone(), values.len().to_string(), list]);
    }
    Some(Table { rows })
}
