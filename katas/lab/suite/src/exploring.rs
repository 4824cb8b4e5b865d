use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use protocol::Outcome;

use crate::run::{Run, lock, replay};

/// Before the number of an exploration in a replay code: `A.B4.A3~2` is of the test's second one.
const OF: char = '~';

/// While the guard lives, the test explores schedules, and each [`crate::pulse`] grants its
/// deadline anew: a deadline is then so long *without progress*, since how long the whole of it
/// takes depends on the machine, and its end is certain by the explorer's own bounds.
#[must_use = "the test explores while the guard lives"]
pub fn exploring() -> Exploring {
    let run = Run::current();
    if let Some(run) = &run {
        run.exploring.fetch_add(1, Ordering::SeqCst);
    }
    Exploring(run)
}

/// See [`exploring`].
pub struct Exploring(Option<Arc<Run>>);

impl Drop for Exploring {
    fn drop(&mut self) {
        if let Some(run) = &self.0 {
            run.exploring.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Counts an exploration: its number in this test, from 1. A replay code belongs to one of them.
pub fn exploration() -> usize {
    Run::current().map_or(1, |run| run.explorations.fetch_add(1, Ordering::SeqCst) + 1)
}

/// The code that was asked for, if it is one of the test's `number`-th exploration.
pub fn replay_of(number: usize) -> Option<String> {
    let code = replay()?;
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

/// Leaves `thing` to the next exploration of this test. It is dropped when the test ends, or when
/// another thing is left; where no test runs, at once.
pub fn hand_on(thing: impl Any + Send) {
    let Some(run) = Run::current() else { return };
    let before = lock(&run.handed_on).replace(Box::new(thing));
    drop(before);
}

/// What an exploration before this one has left: what is of another type is dropped.
pub fn handed_on<T: Any>() -> Option<T> {
    let thing = lock(&Run::current()?.handed_on).take()?;
    thing.downcast().ok().map(|thing| *thing)
}

#[cfg(test)]
mod tests {
    use protocol::{Outcome, Status};

    use super::numbered;

    #[test]
    fn the_code_of_a_later_exploration_names_it() {
        let mut outcome = Outcome::new(Status::Fail, "");
        assert_eq!(numbered(outcome.clone(), 2).replay, None);
        outcome.replay = Some("A.B4.A3".to_owned());
        assert_eq!(numbered(outcome.clone(), 1).replay.as_deref(), Some("A.B4.A3"));
        assert_eq!(numbered(outcome, 2).replay.as_deref(), Some("A.B4.A3~2"));
    }
}
