//! What a schedule led to, in the words and the timeline that a learner sees.

use protocol::timeline::{Row, Table, Timeline};
use protocol::{Outcome, Status};

use super::{ASKED, Effect, Finished, Machine, Move, START, Who};

/// Runs `schedule` and says whether it lost money.
///
/// # Errors
/// With the reason and the timeline, when a thread that has finished is told to move, when a
/// thread is left before its end, or when all went well and the books still agree.
pub fn judge(schedule: &[Who]) -> Result<(), Box<Outcome>> {
    let mut machine = Machine::new();
    for (n, who) in schedule.iter().enumerate() {
        if machine.step(*who) == Err(Finished) {
            return Err(no(&machine, finished_moved(&machine, n + 1, *who)));
        }
    }
    if !machine.is_finished() {
        return Err(no(&machine, ends_too_early(&machine)));
    }
    if machine.lost() == 0 {
        return Err(no(&machine, nothing_lost(&machine)));
    }
    Ok(())
}

/// What a learner sees who has not answered yet: the order that every test by hand takes.
pub fn one_after_the_other() -> Timeline {
    let mut machine = Machine::new();
    for who in Who::BOTH {
        while machine.step(who).is_ok() {}
    }
    let note = "One after the other, nothing is lost. In which order is it?".to_owned();
    Timeline { notes: vec![note], ..machine.timeline() }
}

fn no(machine: &Machine, message: String) -> Box<Outcome> {
    let outcome = Outcome::new(Status::Fail, message);
    Box::new(Outcome { timeline: Some(machine.timeline()), ..outcome })
}

fn finished_moved(machine: &Machine, number: usize, who: Who) -> String {
    let last = machine.history().iter().rposition(|m| m.who == who).map_or(0, |n| n + 1);
    let end = match machine.paid(who) {
        0 => "was refused",
        _ => "paid",
    };
    format!(
        "Expected: every move is made by a thread that has a line left.\n\
         Saw: move {number} is {who}'s, but {who} {end} in move {last} and has finished.",
        who = who.name()
    )
}

fn ends_too_early(machine: &Machine) -> String {
    let open: Vec<String> = Who::BOTH
        .into_iter()
        .filter_map(|who| {
            machine.next(who).map(|l| format!("{} at line {}", who.name(), l as u8 + 1))
        })
        .collect();
    let moves = match machine.history().len() {
        0 => "without a move".to_owned(),
        1 => "after 1 move".to_owned(),
        n => format!("after {n} moves"),
    };
    format!(
        "Expected: a schedule that brings both threads to their end.\n\
         Saw: it stops {moves} and leaves {}.",
        open.join(", ")
    )
}

fn nothing_lost(machine: &Machine) -> String {
    format!(
        "Expected: paid out {}, and a balance of {}: more than there ever was.\n\
         Saw: paid out {}, balance {}: together {START}, so nothing is lost.",
        2 * ASKED,
        START - ASKED,
        machine.paid_out(),
        machine.balance()
    )
}

impl Machine {
    /// The history in two columns, and the books below it.
    pub fn timeline(&self) -> Timeline {
        let total = self.paid_out() + self.balance;
        let lost = match self.lost() {
            0 => String::new(),
            lost => format!("✗ {lost} too many"),
        };
        let cells = |row: [&str; 5]| row.map(str::to_owned).to_vec();
        let (balance, paid) = (self.balance.to_string(), self.paid_out().to_string());
        Timeline {
            lanes: Who::BOTH.iter().map(|w| format!("{}: withdraw {ASKED}", w.name())).collect(),
            rows: self.history.iter().map(row).collect(),
            tables: vec![Table {
                rows: vec![
                    cells(["", "balance", "paid out", "together", ""]),
                    cells(["before", &START.to_string(), "0", &START.to_string(), ""]),
                    cells(["now", &balance, &paid, &total.to_string(), &lost]),
                ],
            }],
            notes: Vec::new(),
        }
    }
}

fn row(done: &Move) -> Row {
    let text = match done.effect {
        Effect::Saw(seen) => format!("seen = balance → {seen}"),
        Effect::Enough => format!("seen < {ASKED} → no"),
        Effect::Refused => format!("seen < {ASKED} → yes, refuse"),
        Effect::Wrote { balance, .. } => format!("balance {balance}, pay {ASKED}"),
    };
    let row = Row::new(done.who as usize, text);
    match done.effect {
        Effect::Wrote { overwrites: Some(number), .. } => row.mark(format!("overwrites {number}")),
        _ => row,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Who::{self, A, B};
    use super::{Machine, judge};

    fn refusal(schedule: &[Who]) -> String {
        let outcome = judge(schedule).expect_err("not a losing schedule");
        assert!(outcome.message.lines().all(|l| l.chars().count() <= 76), "{}", outcome.message);
        outcome.message
    }

    #[test]
    fn a_losing_schedule_is_accepted() {
        assert_eq!(judge(&[A, B, A, B, A, B]), Ok(()));
        assert_eq!(judge(&[B, B, A, A, A, B]), Ok(()));
    }

    #[test]
    fn each_way_to_miss_is_told() {
        assert!(refusal(&[]).contains("stops without a move"));
        assert!(refusal(&[A, B, A, B, A]).contains("after 5 moves and leaves B at line 3"));
        assert!(refusal(&[A, A, A, B, B]).contains("paid out 70, balance 30: together 100"));
        assert!(refusal(&[A; 6]).contains("move 4 is A's, but A paid in move 3"));
        assert!(
            refusal(&[A, A, A, B, B, B]).contains("move 6 is B's, but B was refused in move 5")
        );
    }

    #[test]
    fn the_timeline_shows_what_was_overwritten() {
        let mut machine = Machine::new();
        for who in [A, B, A, B, A, B] {
            machine.step(who).expect("a legal move");
        }
        let text = machine.timeline().text(80);
        assert!(text.contains("balance 30, pay 70  ← overwrites 5"), "{text}");
        assert!(text.contains("✗ 70 too many"), "{text}");
        assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    }
}
