//! One schedule while it runs: who moves, who holds what, and the log.
//!
//! Only one lane runs at a time, and it gives way inside the facade's operations alone, so a
//! `Cell` says which one.

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use protocol::{Place, Status};

use crate::beside::Stop;
use crate::log::{Entry, Event, LaneId, ObjectId};
use crate::search::{Memory, Plan, Tag};
use crate::state::{Awaited, Kind, Lane, Object, State, Told, Wait, Whim};

/// loom's own bound, the test's body included.
pub(crate) const MOST_LANES: usize = 5;

pub(crate) struct Run {
    schedule: u64,
    lane: Cell<LaneId>,
    over: Cell<bool>,
    pub stop: Option<Stop>,
    pub strong: bool,
    /// Some atomic was used with less than `SeqCst`.
    pub weak: Cell<bool>,
    /// Locks are tried in this search.
    tries: bool,
    /// Some lock was tried.
    pub tried: Cell<bool>,
    /// What may end for no reason does, once for each lane and kind.
    whims: bool,
    /// Something was done that std allows to end for no reason.
    pub whimsical: Cell<bool>,
    state: RefCell<State>,
}

impl Run {
    pub fn new(schedule: u64, plan: Plan) -> Self {
        let run = Self {
            schedule,
            lane: Cell::new(0),
            over: Cell::new(false),
            stop: plan.stop,
            strong: plan.memory == Memory::Sequential,
            tries: plan.tries,
            whims: plan.whims,
            weak: Cell::new(false),
            tried: Cell::new(false),
            whimsical: Cell::new(false),
            state: RefCell::default(),
        };
        run.state.borrow_mut().lanes.push(Lane::new("test".into()));
        run
    }

    pub fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    /// The state, unless the panic that is told came in the middle of a change to it.
    pub fn try_state(&self) -> Option<RefMut<'_, State>> {
        self.state.try_borrow_mut().ok()
    }

    pub fn schedule(&self) -> u64 {
        self.schedule
    }

    pub fn lane(&self) -> LaneId {
        self.lane.get()
    }

    /// Whether it failed already, caught or not.
    pub fn told(&self) -> bool {
        self.over.get()
    }

    /// Unwinding counts as over: loom cancels the other lanes by panics.
    pub fn is_over(&self) -> bool {
        self.over.get() || std::thread::panicking()
    }

    /// Whether the test's body runs and has joined every thread that it started. What it does then
    /// cannot depend on a schedule: loom need not hear of it (and would take the last step of each
    /// lane for a rival of it, which doubles the search again and again).
    pub fn alone(&self) -> bool {
        let state = self.state.borrow();
        self.lane.get() == 0 && state.lanes.len() > 1 && state.lanes[1..].iter().all(|l| l.joined)
    }

    /// Lets the release of a lock and the attempts to take it come in either order. To loom a
    /// release is no step of its own, so a lock would look free to whoever only tries it unless
    /// its holder happens to do something else in between.
    pub fn meet(&self, object: ObjectId) {
        if self.alone() {
            return;
        }
        let step = self.state().objects[object].step.clone();
        if let Some(step) = step {
            self.switch(|| step.fetch_add(1, Ordering::Relaxed));
        }
    }

    /// Whether this is where the lane's `compare_exchange_weak` or `wait` ends for no reason, as
    /// std allows it to at any time: the lane's first one does, in a search of its own. The first
    /// is enough, because code that survives it once is at the same place again; and with all of
    /// them a loop would never end.
    pub fn whim(&self, whim: Whim) -> bool {
        self.whimsical.set(true);
        let lane = self.lane();
        let spent = &mut self.state().lanes[lane].whims;
        let now = self.whims && !spent.contains(&whim);
        if now {
            spent.push(whim);
        }
        now
    }

    /// Ends the schedule: the lane waits for what will not come.
    pub fn deadlock(&self) -> ! {
        let outcome = crate::diagnose::deadlock(&self.state());
        self.tell(Told::Lab(Box::new(outcome)));
        std::panic::resume_unwind(Box::new("told"))
    }

    /// Runs one of loom's operations, during which other lanes may move.
    pub fn switch<R>(&self, operation: impl FnOnce() -> R) -> R {
        let me = self.lane.get();
        let result = operation();
        self.lane.set(me);
        result
    }

    /// Runs the closure of lane `id` from its first step to its last.
    pub fn inhabit(&self, id: LaneId, body: impl FnOnce()) {
        self.lane.set(id);
        self.state().lanes[id].running = true;
        body();
        self.lane.set(id);
        let mut state = self.state();
        state.lanes[id].running = false;
        state.lanes[id].ended = true;
        drop(state);
        crate::join::end(self, id);
    }

    pub fn new_lane(&self, name: Option<&str>, at: &'static Location<'static>) -> LaneId {
        let mut state = self.state();
        let id = state.lanes.len();
        if id == MOST_LANES {
            drop(state);
            self.misuse(
                Status::Fail,
                format!("The model follows {} threads besides the test's own.", MOST_LANES - 1),
                at,
            );
        }
        state.lanes.push(Lane::new(name.map_or_else(|| format!("thread {id}"), str::to_owned)));
        id
    }

    pub fn new_object(&self, kind: Kind) -> Tag {
        let step = (self.tries && matches!(kind, Kind::Lock | Kind::RwLock))
            .then(|| Rc::new(loom::sync::atomic::AtomicUsize::new(0)));
        let objects = &mut self.state().objects;
        objects.push(Object {
            kind,
            holders: Vec::new(),
            sleepers: VecDeque::new(),
            changed: false,
            step,
        });
        Tag { schedule: self.schedule, object: objects.len() - 1 }
    }

    /// Ends the schedule with `message`, without a sound: the hook of the process is not called.
    pub fn misuse(&self, status: Status, message: String, at: &'static Location<'static>) -> ! {
        self.tell(Told::Misuse { status, message, place: place(at) });
        std::panic::resume_unwind(Box::new("told"))
    }

    /// Keeps the first reason and ends the schedule.
    pub fn tell(&self, told: Told) {
        self.over.set(true);
        if let Ok(mut state) = self.state.try_borrow_mut() {
            state.told.get_or_insert(told);
        }
    }

    /// Called by the process's panic hook, on the thread that explores. Whether this panic ends
    /// the schedule: the first one of the code that is explored, or loom's own.
    pub fn panicked(&self, payload: &(dyn Any + Send), at: &Location<'_>) -> bool {
        if self.over.get() {
            return false;
        }
        if from_loom(at) {
            self.over.set(true);
            return true;
        }
        let lane = self.lane();
        let running =
            self.state.try_borrow().is_ok_and(|s| s.lanes.get(lane).is_some_and(|l| l.running));
        if running {
            self.tell(match payload.downcast_ref::<suite::Failure>() {
                Some(suite::Failure(outcome)) => Told::Lab(Box::new(outcome.clone())),
                None => Told::Panic { lane, message: words(payload), place: place(at) },
            });
        }
        running
    }

    /// Adds a row. Returns whether the lane's row before it was the same one.
    pub fn log(&self, at: &'static Location<'static>, event: Event) -> bool {
        suite::pulse();
        let lane = self.lane();
        let mut state = self.state();
        let again = state.lanes[lane].last.is_some_and(|last| {
            let last = &state.log[last];
            last.at == at && last.event == event
        });
        state.lanes[lane].last = Some(state.log.len());
        state.log.push(Entry { lane, at, event });
        again
    }

    pub fn wait(&self, on: Awaited, at: &'static Location<'static>) {
        let lane = self.lane();
        self.state().lanes[lane].waits = Some(Wait { on, at });
    }

    pub fn go_on(&self) {
        let lane = self.lane();
        self.state().lanes[lane].waits = None;
    }
}

pub(crate) fn place(at: &Location<'_>) -> Place {
    Place { file: at.file().replace('\\', "/"), line: at.line() }
}

/// What a panic says.
pub(crate) fn words(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Whether a panic comes from loom itself and not from what it runs.
fn from_loom(at: &Location<'_>) -> bool {
    at.file().replace('\\', "/").contains("/loom-")
}
