//! std's locks and atomics, under std's names.
//!
//! Outside a model each behaves exactly as std's, poisoning included. In a model each use is a
//! step of the schedule that loom chooses, and is written down. What differs in a model:
//!
//! * A panic in any thread ends the schedule as a failure, so nothing is ever poisoned there.
//! * Two searches are made for memory: one as if every atomic were used with `SeqCst`, which is complete,
//!   and, where weaker orderings are used, one with these, of which loom leaves some out (several
//!   readers before one writer, loads that see later stores).
//! * A relaxed load is kept behind a `SeqCst` store of its own thread, and a store after a
//!   read-modify-write of the same atomic goes on with its release sequence: both stronger than
//!   what is promised.
//! * `compare_exchange_weak` fails for no reason, and a condition variable wakes for none, in a
//!   search of their own: each lane's first one. There are no timeouts, because there is no time.
//! * A lock or an atomic must be made in the schedule that uses it: none can be a static.
//!
//! [`Arc`] is std's own: its counters are not modelled.

pub mod atomic;
mod condvar;
mod memory;
mod mutex;
mod rwlock;

pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult};

pub use condvar::Condvar;
pub use mutex::{Mutex, MutexGuard};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;

use crate::log::{Event, How, ObjectId};
use crate::run::Run;
use crate::search::{Mode, mode_here};
use crate::state::Awaited;

/// Asks for `object`, waits for it inside loom's `take`, and has it. Without loom's guard where
/// nobody else is left.
fn acquire<G>(
    run: &Rc<Run>,
    object: ObjectId,
    how: How,
    at: &'static Location<'static>,
    take: impl FnOnce() -> LockResult<G>,
) -> Option<G> {
    let me = run.lane();
    let held = run.state().objects[object].in_the_way_of(how);
    run.log(at, Event::Request { object, how, held });
    run.wait(Awaited::Lock { object, how }, at);
    let guard = match (run.alone(), held) {
        (true, true) => run.deadlock(),
        (true, false) => None,
        // loom's locks guard nothing here, so that their poison means nothing.
        (false, _) => Some(run.switch(take).unwrap_or_else(PoisonError::into_inner)),
    };
    run.state().hold(me, object, how);
    guard
}

/// As [`acquire`], but gives up at once when the lock is taken.
fn try_acquire<G>(
    run: &Rc<Run>,
    object: ObjectId,
    how: How,
    at: &'static Location<'static>,
    take: impl FnOnce() -> TryLockResult<G>,
) -> Result<Option<G>, Taken> {
    let me = run.lane();
    run.tried.set(true);
    run.meet(object);
    let guard = if run.alone() {
        if run.state().objects[object].in_the_way_of(how) { Err(Taken) } else { Ok(None) }
    } else {
        run.switch(take).map(Some).map_err(|_| Taken)
    };
    match &guard {
        Ok(_) => run.state().hold(me, object, how),
        Err(Taken) => {
            run.log(at, Event::Busy { object, how });
        }
    }
    guard
}

/// Somebody else has the lock.
struct Taken;

/// What comes before the end of a guard. Other lanes may move here.
fn before_release<G>(held: Option<&Held<G>>) {
    if let (Some(held), Mode::Model(run)) = (held, mode_here()) {
        run.meet(held.object);
    }
}

/// The end of a guard, with the value that it leaves if it changed it.
fn release(
    run: &Rc<Run>,
    object: ObjectId,
    how: How,
    at: &'static Location<'static>,
    value: Option<String>,
) {
    let me = run.lane();
    run.state().let_go(me, object, how);
    run.log(at, Event::Released { object, how, value });
}

/// What a lock's guard keeps in a model.
struct Held<G> {
    /// loom's, except where nobody else is left. Never dropped by itself: when a failed schedule
    /// is torn down, loom no longer answers.
    guard: ManuallyDrop<Option<G>>,
    object: ObjectId,
    at: &'static Location<'static>,
    before: Option<String>,
    /// Somebody had the value as `&mut`.
    written: bool,
}

impl<G> Held<G> {
    /// `now`, if it was written: also where it is what it was before, which may be the error.
    fn changed(&self, now: Option<String>) -> Option<String> {
        now.filter(|_| self.written)
    }
}
