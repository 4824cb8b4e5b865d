//! Whether one thread can work while another one stands still: with a lock in its hand, or anywhere.
//!
//! "In some schedule B ran from start to end while A held a lock" cannot be read off an
//! exploration: loom leaves out schedules that differ only in the order of operations which do not
//! concern each other, and these are just the ones in question. So the schedules are made: A stops
//! with the lock that it took last, once for each of its locks, and B gets all the time there is.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use protocol::{Outcome, Status};

use crate::explore::{Body, search};
use crate::run::Run;
use crate::search::{Memory, Plan};
use crate::state::Awaited;
use crate::{diagnose, thread, timeline};

const A: usize = 1;
const B: usize = 2;

/// A waits so many turns for B: a B that gives way so often waits for A in a loop.
const PATIENCE: usize = 50;

/// What A has just done when it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Lock,
    Atomic,
}

/// Where A stops, and what came of it.
#[derive(Clone)]
pub(crate) struct Stop(Rc<Progress>);

struct Progress {
    /// Whether A stops after its locks alone, or after everything that it does.
    locks_only: bool,
    /// After which of them, counted from 1.
    nth: usize,
    done: Cell<usize>,
    stopped: Cell<bool>,
    a_ended: Cell<bool>,
    b_ended: Cell<bool>,
    /// Length of the log when B was found to wait.
    waited: Cell<Option<usize>>,
}

/// Whether lane `b` can run from its start to its end while lane `a` holds a lock.
///
/// `make` builds what both work on and returns their closures: first `a`'s, then `b`'s. A solution
/// in which `a` never holds a lock of [`crate::sync`] keeps nobody waiting, and passes.
///
/// # Errors
/// When `b` waits with whichever lock `a` stops, with a timeline of such a wait; and when a
/// schedule fails.
pub fn check_beside<FA, FB>(
    a: &'static str,
    b: &'static str,
    make: impl Fn() -> (FA, FB) + Send + Sync + 'static,
) -> Result<(), Box<Outcome>>
where
    FA: FnOnce() + Send + 'static,
    FB: FnOnce() + Send + 'static,
{
    beside(&body(a, b, make))
}

fn beside(body: &Body) -> Result<(), Box<Outcome>> {
    let mut last = None;
    for nth in 1.. {
        match stop(body, true, nth)? {
            Stopped::Nowhere => break,
            Stopped::Beside => return Ok(()),
            Stopped::Waiting { run, end } => last = Some((run, end)),
        }
    }
    let Some((run, end)) = last else { return Ok(()) };
    Err(waits(&run, end, |a, b| {
        format!("{b} cannot work while {a} holds a lock: whichever lock {a} stops with, {b} waits.")
    }))
}

/// Whether lane `b` can run from its start to its end wherever lane `a` stands still: after each
/// lock that it takes and after each of its steps on an atomic. That is what *lock-free* means; a
/// flag that only its owner clears fails it as a lock does.
///
/// `make` is as in [`check_beside`].
///
/// # Errors
/// When there is a place at which `a` keeps `b` waiting, with the timeline; and when a schedule
/// fails.
pub fn check_blocks_nobody<FA, FB>(
    a: &'static str,
    b: &'static str,
    make: impl Fn() -> (FA, FB) + Send + Sync + 'static,
) -> Result<(), Box<Outcome>>
where
    FA: FnOnce() + Send + 'static,
    FB: FnOnce() + Send + 'static,
{
    nobody_blocked(&body(a, b, make))
}

fn nobody_blocked(body: &Body) -> Result<(), Box<Outcome>> {
    for nth in 1.. {
        match stop(body, false, nth)? {
            Stopped::Nowhere => break,
            Stopped::Beside => {}
            Stopped::Waiting { run, end } => {
                return Err(waits(&run, end, |a, b| {
                    format!("{a} stands still after its last step here, and {b} waits for it.")
                }));
            }
        }
    }
    Ok(())
}

/// As [`check_beside`], for a plain test: fails it.
///
/// # Panics
/// With [`suite::Failure`], when `b` cannot.
pub fn runs_beside<FA, FB>(
    a: &'static str,
    b: &'static str,
    make: impl Fn() -> (FA, FB) + Send + Sync + 'static,
) where
    FA: FnOnce() + Send + 'static,
    FB: FnOnce() + Send + 'static,
{
    check_beside(a, b, make).unwrap_or_else(|outcome| suite::fail(*outcome));
}

/// As [`check_blocks_nobody`], for a plain test: fails it.
///
/// # Panics
/// With [`suite::Failure`], when `a` keeps `b` waiting.
pub fn blocks_nobody<FA, FB>(
    a: &'static str,
    b: &'static str,
    make: impl Fn() -> (FA, FB) + Send + Sync + 'static,
) where
    FA: FnOnce() + Send + 'static,
    FB: FnOnce() + Send + 'static,
{
    check_blocks_nobody(a, b, make).unwrap_or_else(|outcome| suite::fail(*outcome));
}

fn body<FA, FB>(
    a: &'static str,
    b: &'static str,
    make: impl Fn() -> (FA, FB) + Send + Sync + 'static,
) -> Body
where
    FA: FnOnce() + Send + 'static,
    FB: FnOnce() + Send + 'static,
{
    let at = Location::caller();
    Arc::new(move || {
        let (do_a, do_b) = make();
        let a = thread::spawn_as(Some(a), do_a, at);
        let b = thread::spawn_as(Some(b), do_b, at);
        // A panic in a lane ends the schedule: there is no other error.
        let _ = a.join();
        let _ = b.join();
    })
}

enum Stopped {
    /// A ended before.
    Nowhere,
    /// B ran to its end.
    Beside,
    /// B waits, since the log had this length.
    Waiting { run: Rc<Run>, end: usize },
}

/// One schedule, in which A stops once.
fn stop(body: &Body, locks_only: bool, nth: usize) -> Result<Stopped, Box<Outcome>> {
    let stop = Stop(Rc::new(Progress {
        locks_only,
        nth,
        done: Cell::new(0),
        stopped: Cell::new(false),
        a_ended: Cell::new(false),
        b_ended: Cell::new(false),
        waited: Cell::new(None),
    }));
    let plan =
        Plan { memory: Memory::Sequential, tries: false, whims: false, stop: Some(stop.clone()) };
    let found = search(body, &plan, None, 1);
    match (found.failed, found.run, stop.0.waited.get()) {
        (Some(failed), _, _) => Err(failed.into()),
        (None, Some(run), Some(end)) => Ok(Stopped::Waiting { run, end }),
        _ if stop.0.stopped.get() => Ok(Stopped::Beside),
        _ => Ok(Stopped::Nowhere),
    }
}

fn waits(run: &Run, end: usize, says: impl Fn(&str, &str) -> String) -> Box<Outcome> {
    let state = run.state();
    let message = says(state.lanes[A].short(), state.lanes[B].short());
    let mut outcome = Outcome::new(Status::Fail, diagnose::wrap(&message));
    outcome.timeline = Some(timeline::build(&state, end));
    Box::new(outcome)
}

/// The body of a lane: B begins when A has stopped.
pub(crate) fn lane(run: &Rc<Run>, f: Box<dyn FnOnce() + Send>) {
    let Some(Stop(stop)) = &run.stop else { return f() };
    let me = run.lane();
    while me == B && !stop.stopped.get() && !stop.a_ended.get() {
        run.switch(loom::thread::yield_now);
    }
    f();
    match me {
        A => stop.a_ended.set(true),
        B => stop.b_ended.set(true),
        _ => {}
    }
}

/// A lane has taken a step. If it is the one at which A is to stop, A does, until B has ended or
/// waits.
pub(crate) fn reached(run: &Run, after: After) {
    let Some(Stop(stop)) = &run.stop else { return };
    if run.lane() != A || (stop.locks_only && after != After::Lock) {
        return;
    }
    stop.done.set(stop.done.get() + 1);
    if stop.done.get() != stop.nth {
        return;
    }
    stop.stopped.set(true);
    for turn in 0.. {
        if stop.b_ended.get() {
            return;
        }
        if turn == PATIENCE || b_waits(run) {
            stop.waited.set(Some(run.state().log.len()));
            return;
        }
        run.switch(loom::thread::yield_now);
    }
}

fn b_waits(run: &Run) -> bool {
    let state = run.state();
    match state.lanes.get(B).and_then(|lane| lane.waits).map(|wait| wait.on) {
        Some(Awaited::Lock { object, how }) => state.objects[object].in_the_way_of(how),
        Some(Awaited::Notification(_)) => true,
        Some(Awaited::End(_)) | None => false,
    }
}
