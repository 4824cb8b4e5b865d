//! The schedules of one search, and how an operation of the facade finds the one that it is in.
//!
//! loom runs all threads of a model as coroutines on the thread that explores. So "in a model" is
//! a fact about an operating system's thread, kept in a thread-local: other threads of the same
//! process (other tests) are not concerned.

use std::cell::RefCell;
use std::hash::{Hash as _, Hasher as _};
use std::rc::Rc;

use crate::beside::Stop;
use crate::log::{Fingerprint, ObjectId};
use crate::run::Run;

thread_local! {
    static SEARCH: RefCell<Option<Search>> = const { RefCell::new(None) };
}

/// What kind of search.
#[derive(Clone)]
pub(crate) struct Plan {
    pub memory: Memory,
    /// See [`crate::run::Run::meet`]. It costs schedules, so that only code that tries locks pays for it.
    pub tries: bool,
    /// See [`crate::run::Run::whim`].
    pub whims: bool,
    pub stop: Option<Stop>,
}

/// What a load may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The newest value, as if every atomic were used with `SeqCst`. This search is complete.
    Sequential,
    /// What the code's own orderings allow. loom leaves some of it out.
    Weak,
}

/// What is known of all schedules of a search so far.
pub(crate) struct Search {
    pub schedules: u64,
    /// Operations on locks and atomics, over all schedules.
    pub operations: u64,
    pub fingerprint: Fingerprint,
    /// The fingerprint after one schedule: the same program gives the same first schedule.
    pub first: Option<u64>,
    pub run: Option<Rc<Run>>,
    /// Some atomic was used with less than `SeqCst`.
    pub weak: bool,
    /// Some lock was tried.
    pub tried: bool,
    /// Something was done that std allows to end for no reason.
    pub whimsical: bool,
    plan: Plan,
}

impl Search {
    pub fn new(plan: Plan) -> Self {
        Self {
            schedules: 0,
            operations: 0,
            fingerprint: Fingerprint::default(),
            first: None,
            run: None,
            weak: false,
            tried: false,
            whimsical: false,
            plan,
        }
    }

    /// Adds the schedule that has just ended.
    pub fn close(&mut self) {
        let Some(run) = &self.run else { return };
        let state = run.state();
        for entry in &state.log {
            self.operations += u64::from(entry.event.is_operation());
            (entry.lane, entry.at.line(), &entry.event).hash(&mut self.fingerprint);
        }
        self.weak |= run.weak.get();
        self.tried |= run.tried.get();
        self.whimsical |= run.whimsical.get();
        self.schedules += 1;
        self.schedules.hash(&mut self.fingerprint);
        self.first.get_or_insert(self.fingerprint.finish());
    }
}

/// Begins a search on this thread.
///
/// # Panics
/// When one is under way already: a model inside a model.
pub(crate) fn open(search: Search) {
    SEARCH.with_borrow_mut(|slot| {
        assert!(slot.is_none(), "a model cannot run inside another model");
        *slot = Some(search);
    });
}

/// Ends the search of this thread.
pub(crate) fn shut() -> Search {
    SEARCH.take().expect("a search that ends has begun")
}

/// Whether this thread explores.
pub(crate) fn exploring() -> bool {
    SEARCH.try_with(|slot| slot.try_borrow().is_ok_and(|s| s.is_some())).unwrap_or(false)
}

/// The schedule that runs on this thread.
pub(crate) fn current() -> Option<Rc<Run>> {
    SEARCH.try_with(|slot| slot.borrow().as_ref()?.run.clone()).ok().flatten()
}

/// Begins the next schedule of this thread's search.
pub(crate) fn begin() -> Rc<Run> {
    SEARCH.with_borrow_mut(|slot| {
        let search = slot.as_mut().expect("a schedule belongs to a search");
        if search.run.as_ref().is_some_and(|run| run.told()) {
            // Its panic was caught on the way: it counts all the same, and ends the search here.
            std::panic::resume_unwind(Box::new("told"));
        }
        search.close();
        let run = Rc::new(Run::new(search.schedules, search.plan.clone()));
        search.run = Some(Rc::clone(&run));
        run
    })
}

/// How an operation of the facade must behave.
pub(crate) enum Mode {
    /// As std's.
    Std,
    /// As a step of this schedule.
    Model(Rc<Run>),
    /// The schedule has failed and is being torn down: no step may be taken, nothing may block
    /// and nothing may panic, because destructors run.
    Over,
}

/// A lock's, condition variable's or atomic's place in its schedule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag {
    pub schedule: u64,
    pub object: ObjectId,
}

/// The mode of an operation on an object that carries `tag`.
///
/// # Panics
/// When the object was made outside the schedule that runs.
#[track_caller]
pub(crate) fn mode(tag: Option<Tag>) -> Mode {
    let Some(run) = current() else { return Mode::Std };
    if run.is_over() {
        return Mode::Over;
    }
    match tag {
        Some(tag) if tag.schedule == run.schedule() => Mode::Model(run),
        _ => panic!(
            "a lock or an atomic that lives longer than one schedule: every schedule must begin \
             with its own, so it cannot be a static"
        ),
    }
}

/// The mode of an operation that concerns no object.
pub(crate) fn mode_here() -> Mode {
    match current() {
        None => Mode::Std,
        Some(run) if run.is_over() => Mode::Over,
        Some(run) => Mode::Model(run),
    }
}
