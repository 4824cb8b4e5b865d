use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{LockResult, PoisonError};

use super::MutexGuard;
use super::mutex::Parts;
use crate::beside::{self, After};
use crate::log::{Event, How};
use crate::search::{Mode, Tag, mode, mode_here};
use crate::state::{Awaited, Kind, Sleeper, Whim};
use crate::{fault, overtake};

/// [`std::sync::Condvar`] without its timeouts, or one whose wake-ups loom schedules.
///
/// In a model it is loom's own condition variable written out: a step that depends on every other
/// one on the same variable, and `park`. loom's would not say who is on its list already.
pub struct Condvar {
    model: Option<(Tag, loom::sync::atomic::AtomicUsize)>,
    plain: std::sync::Condvar,
}

impl Condvar {
    pub fn new() -> Self {
        let model = match mode_here() {
            Mode::Model(run) => {
                Some((run.new_object(Kind::Condvar), loom::sync::atomic::AtomicUsize::new(0)))
            }
            Mode::Std | Mode::Over => None,
        };
        Self { model, plain: std::sync::Condvar::new() }
    }

    /// Gives the lock back, sleeps until it is notified, and takes the lock again.
    ///
    /// # Errors
    /// When the lock is poisoned.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let at = Location::caller();
        let mode = mode(self.tag());
        if matches!(mode, Mode::Std) {
            fault::point();
            if overtake::underway() {
                overtake::waits("a notification", at);
            }
        }
        let (lock, parts) = guard.apart();
        match (mode, parts) {
            (Mode::Std, Parts::Std(data)) => match self.plain.wait(data) {
                Ok(data) => Ok(lock.plain(data)),
                Err(e) => Err(PoisonError::new(lock.plain(e.into_inner()))),
            },
            (Mode::Model(run), Parts::Model { guard, object, value }) => {
                let (tag, step) = self.model.as_ref().expect("a tag is a model's");
                let me = run.lane();
                run.meet(object);
                run.switch(|| step.fetch_add(1, Ordering::Relaxed));
                // No other lane moves from here to `park`.
                run.log(at, Event::Slept { object: tag.object, lock: object, value });
                run.state().let_go(me, object, How::Lock);
                let by_nobody = run.whim(Whim::Wait);
                if by_nobody {
                    run.wait(Awaited::Lock { object, how: How::Lock }, at);
                    drop(ManuallyDrop::into_inner(guard));
                } else {
                    run.wait(Awaited::Notification(tag.object), at);
                    let thread = loom::thread::current();
                    run.state().sleep(tag.object, Sleeper { lane: me, lock: object, thread });
                    drop(ManuallyDrop::into_inner(guard));
                    run.switch(loom::thread::park);
                }
                let guard = lock.taken(&run, at);
                run.log(at, guard.woken(tag.object, by_nobody));
                beside::reached(&run, After::Lock);
                Ok(guard)
            }
            // A destructor of a failed schedule must not sleep.
            (_, parts) => {
                std::mem::forget(parts);
                std::panic::resume_unwind(Box::new("over"))
            }
        }
    }

    /// Waits again and again while `condition` holds.
    ///
    /// # Errors
    /// When the lock is poisoned.
    #[track_caller]
    pub fn wait_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Wakes one of those who wait, if any.
    #[track_caller]
    pub fn notify_one(&self) {
        self.notify(false, Location::caller());
    }

    /// Wakes all who wait.
    #[track_caller]
    pub fn notify_all(&self) {
        self.notify(true, Location::caller());
    }

    #[track_caller]
    fn notify(&self, all: bool, at: &'static Location<'static>) {
        match mode(self.tag()) {
            Mode::Model(run) => {
                let (tag, step) = self.model.as_ref().expect("a tag is a model's");
                run.switch(|| step.fetch_add(1, Ordering::Relaxed));
                let woken = run.state().wake(tag.object, all);
                for sleeper in &woken {
                    sleeper.thread.unpark();
                }
                let woken = woken.iter().map(|sleeper| sleeper.lane).collect();
                run.log(at, Event::Notified { object: tag.object, all, woken });
            }
            Mode::Std => {
                fault::point();
                if all {
                    self.plain.notify_all();
                } else {
                    self.plain.notify_one();
                }
            }
            Mode::Over => {}
        }
    }

    fn tag(&self) -> Option<Tag> {
        self.model.as_ref().map(|(tag, _)| *tag)
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plain.fmt(f)
    }
}
