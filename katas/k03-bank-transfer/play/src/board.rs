//! What is shown: both columns as far as they have grown, the books, and who can go on.

use explorer::{Ended, Run};
use postgres_lab::wire::sessions::{Replayed, Situation};
use protocol::Timeline;
use protocol::timeline::Row;

use crate::words::{Words, fill};

const WIDTH: usize = 80;

/// Where a schedule stands. `heard`: rows that were told before, where sentences are wanted;
/// returns how many there are now.
pub fn show(situation: &Situation, words: &Words, plain: bool, heard: usize) -> usize {
    let mut timeline = situation.timeline.clone();
    tell_who_freed(&mut timeline.rows);
    let rows = timeline.rows.len();
    if plain {
        // The rows keep their numbers, so all are told and the old ones left away.
        for sentence in timeline.plain().lines().skip(heard.min(rows)) {
            println!("{sentence}");
        }
        let books = Timeline { tables: situation.tables.clone(), ..Timeline::default() };
        print!("{}", books.plain());
    } else {
        println!();
        timeline.tables.clone_from(&situation.tables);
        print!("{}", timeline.text(WIDTH));
        println!("  {}", words.committed_only);
    }
    println!();
    for (n, way) in situation.moves.iter().enumerate() {
        let before = situation.moves[..n].iter().filter(|m| m.strand == way.strand).count();
        let (key, what) = match way.fault {
            None => (way.strand.to_lowercase(), way.text.clone()),
            Some(fault) => (format!("{}!{before}", way.strand.to_lowercase()), fault.to_owned()),
        };
        wrapped(&format!("  {key:<4} "), &what);
    }
    for (lane, name) in timeline.lanes.iter().enumerate() {
        let name = explorer::short(name);
        let last = timeline.rows.iter().rev().find(|row| row.lane == lane);
        let waits = last.and_then(|row| row.mark.as_deref()).filter(|m| m.starts_with("waits"));
        if let Some(mark) = waits {
            println!("  {}", fill(words.waits, &[&name, &mark]));
        }
    }
    rows
}

/// A row after a wait went on because of the row before it, of another session.
fn tell_who_freed(rows: &mut [Row]) {
    for at in 0..rows.len() {
        let lane = rows[at].lane;
        let before = rows[..at].iter().rev().find(|row| row.lane == lane);
        let waited = before
            .and_then(|row| row.mark.as_deref())
            .is_some_and(|mark| mark.starts_with("waits"));
        let is_step = |row: &Row| !["returns", "panics"].iter().any(|w| row.text.starts_with(w));
        let freed = rows[..at].iter().rposition(|row| row.lane != lane && is_step(row));
        if let (true, None, Some(freed)) = (waited, &rows[at].mark, freed) {
            rows[at].mark = Some(format!("after {}", freed + 1));
        }
    }
}

/// A schedule that has come to its end.
pub fn end(replayed: &Replayed, test: Option<&str>, words: &Words, plain: bool) {
    println!();
    if plain {
        print!("{}", replayed.timeline.plain());
    } else {
        print!("{}", replayed.timeline.text(WIDTH));
    }
    println!();
    if let Some(outcome) = &replayed.outcome {
        println!("✗ {}", outcome.message);
    }
    let code = replayed.run.code.to_string();
    println!("{}", fill(words.code, &[&code]));
    if let Some(test) = test {
        println!("{}", fill(words.replay, &[&test, &code]));
    }
    println!();
}

/// Whether a session ended at the stub's `todo!`.
pub fn is_unwritten(run: &Run) -> bool {
    run.ends
        .iter()
        .any(|end| matches!(end, Ended::Panicked(said) if said.starts_with("not yet implemented")))
}

/// `text` behind `head`, broken at blanks, the further lines under the first one.
fn wrapped(head: &str, text: &str) {
    let indent = head.chars().count();
    let mut line = head.to_owned();
    for word in text.split_whitespace() {
        let long = line.chars().count() + word.chars().count() + 1 > WIDTH;
        if long && line.trim_end().chars().count() > indent {
            println!("{}", line.trim_end());
            line = " ".repeat(indent);
        }
        line.push_str(word);
        line.push(' ');
    }
    println!("{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use protocol::timeline::Row;

    use super::tell_who_freed;

    #[test]
    fn a_row_after_a_wait_says_what_released_it() {
        let mut rows = vec![
            Row::new(0, "UPDATE"),
            Row::new(1, "UPDATE").mark("waits for A"),
            Row::new(0, "COMMIT"),
            Row::new(0, "returns Ok(Done)"),
            Row::new(1, "UPDATE → 1 row"),
            Row::new(1, "COMMIT"),
        ];
        tell_who_freed(&mut rows);
        let marks: Vec<_> = rows.iter().map(|row| row.mark.as_deref()).collect();
        assert_eq!(marks, [None, Some("waits for A"), None, None, Some("after 3"), None]);
    }
}
