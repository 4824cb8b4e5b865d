//! The textbook's name of what went wrong, where it has one.
//!
//! By the texts of the statements, so it may be silent where an anomaly has no name here, and
//! speaks only of transactions that took effect. Names follow Berenson et al., *A Critique of ANSI
//! SQL Isolation Levels* (1995):
//!
//! - *lost update* (P4): it read a row, another changed the row, it wrote what it had computed;
//! - *write skew* (A5B): each read what the other then changed, and they wrote different rows;
//! - *stale decision*: as a lost update, but the server computed the new value: only the decision
//!   to write was out of date. As a lost update, it needs a level below REPEATABLE READ: from there
//!   on the server refuses to change a row that has changed since the snapshot;
//! - *non-repeatable read* (P2) and *phantom* (P3): the same question, twice in one transaction, and
//!   two answers.

use explorer::{Ended, Kind, Run, short};

use super::said::Said;
use super::tell::said;

#[derive(Debug, Default)]
pub struct Named {
    /// Row (from 0) and what to say of it.
    pub marks: Vec<(usize, String)>,
    pub notes: Vec<String>,
}

/// One statement in its place.
struct Did<'a> {
    row: usize,
    lane: usize,
    /// Which of the lane's transactions.
    transaction: usize,
    /// The row from which on others can see it.
    visible: usize,
    said: &'a Said,
}

/// `wrong`: the schedule must not be. What holds in spite of a look that was out of date is not
/// called by the name of a failure.
pub fn find(run: &Run, wrong: bool) -> Named {
    let (all, effective) = statements(run);
    let mut named = Named::default();
    deadlocks(run, &mut named);
    for did in all.iter().filter(|d| d.said.commits && d.said.answer.tag == "ROLLBACK") {
        named.marks.push((did.row, "nothing was saved".into()));
    }
    let lasting: Vec<&Did> =
        all.iter().filter(|d| effective[d.lane].contains(&d.transaction)).collect();
    if !wrong || run.stuck.is_some() || run.ends.contains(&Ended::Unfinished) {
        return named;
    }
    if !lost_update(run, &lasting, &mut named) && !write_skew(run, &lasting, &mut named) {
        read_twice(run, &lasting, &mut named);
    }
    named
}

/// All statements, and for each lane which of its transactions took effect.
fn statements(run: &Run) -> (Vec<Did<'_>>, Vec<Vec<usize>>) {
    let lanes = run.lanes.len();
    let (mut now, mut open) = (vec![0; lanes], vec![false; lanes]);
    let mut effective = vec![Vec::new(); lanes];
    let mut all = Vec::new();
    for (row, event) in run.log.iter().enumerate() {
        let Some(said) = said(event) else { continue };
        let lane = event.lane;
        if said.begins {
            now[lane] += 1;
            open[lane] = true;
            continue;
        }
        all.push(Did { row, lane, transaction: now[lane], visible: row, said });
        let ends = said.kind == super::sql::Kind::End;
        if ends && said.answer.tag == "COMMIT" {
            let mine = |d: &&mut Did| d.lane == lane && d.transaction == now[lane];
            all.iter_mut().filter(mine).for_each(|d| d.visible = row);
        }
        if ends && said.answer.tag == "COMMIT" || !open[lane] && said.answer.error.is_none() {
            effective[lane].push(now[lane]);
        }
        if ends || !open[lane] {
            now[lane] += 1;
            open[lane] = false;
        }
    }
    (all, effective)
}

fn deadlocks(run: &Run, named: &mut Named) {
    for (row, event) in run.log.iter().enumerate() {
        if said(event).is_some_and(|s| s.answer.failed("40P01")) {
            let others: Vec<usize> = run.log[..row]
                .iter()
                .filter(|e| e.lane != event.lane && matches!(e.kind, Kind::Waits(_)))
                .map(|e| e.lane)
                .collect();
            let me = short(&run.lanes[event.lane]);
            named.marks.push((row, format!("{me} closed the circle")));
            if let Some(other) = others.last() {
                let other = short(&run.lanes[*other]);
                named.notes.push(format!(
                    "Deadlock: {me} and {other} each held what the other asked for, because they \
                     locked the same rows in different orders."
                ));
            }
        }
    }
}

/// Reads of `x` that `y` has made out of date before `x` wrote.
fn stale<'a>(all: &[&'a Did<'a>], write: &Did) -> Option<(&'a Did<'a>, &'a Did<'a>)> {
    if write.said.in_snapshot {
        return None;
    }
    let mine = |d: &&&Did| d.lane == write.lane && d.transaction == write.transaction;
    let reads = all.iter().filter(mine).filter(|d| {
        d.said.reads() && !d.said.locks_rows && d.row < write.row && d.said.meets(write.said)
    });
    for read in reads {
        let between = all.iter().find(|d| {
            d.lane != write.lane
                && d.said.writes()
                && d.said.meets(write.said)
                && d.said.meets(read.said)
                && d.row < write.row
                && d.visible > read.row
        });
        if let Some(between) = between {
            return Some((read, between));
        }
    }
    None
}

fn lost_update(run: &Run, all: &[&Did], named: &mut Named) -> bool {
    let writes = all.iter().filter(|d| d.said.writes() && d.said.verb != "insert");
    for write in writes {
        let Some((read, between)) = stale(all, write) else { continue };
        let (a, b) = (short(&run.lanes[write.lane]), short(&run.lanes[between.lane]));
        let (r, y) = (read.row + 1, between.row + 1);
        if write.said.computes_from_what_is_there() {
            named.marks.push((write.row, format!("decided at {r}, before {y}")));
            named.notes.push(format!(
                "Stale decision: {a} decided on what it had read at {r}; {b} had changed that at \
                 {y}."
            ));
        } else {
            named.marks.push((write.row, format!("overwrites {y}")));
            named.notes.push(format!(
                "Lost update: {a} wrote what it computed from {r}; {b} had changed it at {y}."
            ));
        }
        named.notes.push(format!("Think first: at which row could {a} still have noticed?"));
        return true;
    }
    false
}

fn write_skew(run: &Run, all: &[&Did], named: &mut Named) -> bool {
    for mine in all.iter().filter(|d| d.said.writes()) {
        for theirs in all.iter().filter(|d| d.said.writes() && d.lane != mine.lane) {
            let read_before = |by: &Did, write: &Did| {
                all.iter().find(|d| {
                    d.lane == by.lane
                        && d.transaction == by.transaction
                        && d.said.reads()
                        && d.said.meets(write.said)
                        && d.row < by.row
                        && d.row < write.visible
                })
            };
            let refused = mine.said.in_snapshot && theirs.said.in_snapshot;
            if mine.said.meets(theirs.said) && mine.said.verb != "insert" && !refused {
                continue;
            }
            let (Some(r), Some(s)) = (read_before(mine, theirs), read_before(theirs, mine)) else {
                continue;
            };
            let (a, b) = (short(&run.lanes[mine.lane]), short(&run.lanes[theirs.lane]));
            named.notes.push(format!(
                "Write skew: {a} read at {} what {b} changed at {}, and {b} read at {} what {a} \
                 changed at {}. They wrote different rows, so neither noticed.",
                r.row + 1,
                theirs.row + 1,
                s.row + 1,
                mine.row + 1
            ));
            return true;
        }
    }
    false
}

fn read_twice(run: &Run, all: &[&Did], named: &mut Named) {
    for (n, first) in all.iter().enumerate().filter(|(_, d)| d.said.reads()) {
        let again = all[n + 1..].iter().find(|d| {
            d.lane == first.lane
                && d.transaction == first.transaction
                && d.said.reads()
                && d.said.table == first.said.table
                && d.said.rows == first.said.rows
                && d.said.answer.columns == first.said.answer.columns
                && d.said.answer.rows != first.said.answer.rows
        });
        if let Some(again) = again {
            let name = short(&run.lanes[first.lane]);
            let rows_came_or_went = first.said.answer.row_count != again.said.answer.row_count
                || all.iter().any(|d| {
                    d.lane != first.lane
                        && matches!(d.said.verb.as_str(), "insert" | "delete")
                        && d.said.writes()
                        && d.said.meets(first.said)
                        && (first.row..again.row).contains(&d.visible)
                });
            let what = if rows_came_or_went { "Phantom" } else { "Non-repeatable read" };
            named.marks.push((again.row, format!("not as at {}", first.row + 1)));
            named.notes.push(format!(
                "{what}: {name} asked the same at {} and at {}, in one transaction, and got two \
                 answers.",
                first.row + 1,
                again.row + 1
            ));
            return;
        }
    }
}
