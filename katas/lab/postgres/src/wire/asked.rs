//! One schedule of one of a test's explorations, because somebody asked for it.

use protocol::{Outcome, Status};

use super::sessions::{Replayed, Scenario, replay};

/// Before the number of an exploration in a replay code: `A.B4.A3~2` is of the test's second one.
const OF: char = '~';

/// The code that was asked for, if it is one of the test's `number`-th exploration.
pub fn asked(number: usize) -> Option<String> {
    let code = suite::replay()?;
    let (schedule, of) = match code.split_once(OF) {
        Some((schedule, of)) => (schedule.to_owned(), of.parse().ok()),
        None => (code, Some(1)),
    };
    // What cannot be read is told by the first one.
    (of.unwrap_or(1) == number).then_some(schedule)
}

/// The outcome with the code by which a person asks for it.
pub fn numbered(mut outcome: Outcome, number: usize) -> Outcome {
    if let Some(code) = outcome.replay.as_mut().filter(|_| number > 1) {
        *code = format!("{code}{OF}{number}");
    }
    outcome
}

/// Shows that schedule, and ends the test whatever comes of it: nothing was verified. Where nothing
/// is wrong, the outcome says so by its status, and there is no receipt all the same.
pub fn show(scenario: Scenario, code: &str, number: usize) -> ! {
    let outcome = match replay(scenario, code) {
        Err(bad) => Outcome::new(Status::Fail, bad.to_string()),
        Ok(Replayed { outcome: Some(outcome), .. }) => outcome,
        Ok(replayed) => {
            let mut outcome = Outcome::new(Status::Pass, "Nothing is wrong with this schedule.");
            outcome.timeline = Some(replayed.timeline);
            outcome.replay = Some(replayed.run.code.to_string());
            outcome
        }
    };
    suite::fail(numbered(outcome, number))
}
