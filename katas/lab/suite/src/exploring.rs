use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::run::{Run, lock};

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
