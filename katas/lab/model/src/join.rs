//! How a lane's end meets its joiner in a model.
//!
//! loom's own `join` makes the end of a lane a step that depends on its joiner's, and searches the
//! schedules in which other lanes move just before it: nobody could tell them from those in which
//! they move after it. Here a lane that ends wakes its joiner or waits for it, by `park` and
//! `unpark`, which hand on what the lane knows (its writes *happen before* what follows the join)
//! and are no choice points.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use crate::log::{Event, LaneId};
use crate::run::Run;
use crate::search::{Mode, mode_here};
use crate::state::Awaited;

pub(crate) struct Handle<T> {
    lane: LaneId,
    result: Arc<Mutex<Option<T>>>,
}

/// Where a lane puts what its closure returned.
pub(crate) struct Slot<T>(Arc<Mutex<Option<T>>>);

pub(crate) fn handle<T>(lane: LaneId) -> (Handle<T>, Slot<T>) {
    let result = Arc::new(Mutex::new(None));
    (Handle { lane, result: Arc::clone(&result) }, Slot(result))
}

impl<T> Slot<T> {
    pub fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }
}

impl<T> Handle<T> {
    pub fn join(self, run: &Run, at: &'static Location<'static>) -> T {
        meet(run, self.lane, at);
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.expect("a lane that ended has a result: a panic ends the schedule")
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        detach(self.lane);
    }
}

/// Waits for the end of `lane`.
fn meet(run: &Run, lane: LaneId, at: &'static Location<'static>) {
    run.log(at, Event::Join { lane });
    run.wait(Awaited::End(lane), at);
    let parked = {
        let mut state = run.state();
        let end = &mut state.lanes[lane].end;
        end.joiner = Some(loom::thread::current());
        end.parked.take()
    };
    if let Some(parked) = parked {
        parked.unpark();
    }
    run.switch(loom::thread::park);
    run.go_on();
    run.state().lanes[lane].joined = true;
    run.log(at, Event::Joined { lane });
}

/// Nobody waits for the end of `lane`.
fn detach(lane: LaneId) {
    if let Mode::Model(run) = mode_here() {
        let parked = {
            let mut state = run.state();
            let end = &mut state.lanes[lane].end;
            end.detached = true;
            end.parked.take()
        };
        if let Some(parked) = parked {
            parked.unpark();
        }
    }
}

/// The closure of `lane` is over.
pub(crate) fn end(run: &Run, lane: LaneId) {
    if lane == 0 {
        // Nobody joins from here on: handles that were leaked keep nobody waiting.
        let parked: Vec<_> = {
            let mut state = run.state();
            state.lanes.iter_mut().filter_map(|lane| lane.end.parked.take()).collect()
        };
        for thread in parked {
            thread.unpark();
        }
        return;
    }
    let (waits, over) = {
        let state = run.state();
        let end = &state.lanes[lane].end;
        (end.joiner.is_none() && !end.detached, state.lanes[0].ended)
    };
    if waits && !over {
        run.state().lanes[lane].end.parked = Some(loom::thread::current());
        run.switch(loom::thread::park);
    }
    let joiner = run.state().lanes[lane].end.joiner.take();
    if let Some(joiner) = joiner {
        joiner.unpark();
    }
}
