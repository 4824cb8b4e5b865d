//! The one object that the ports of a scenario share with the explorer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use crate::event::{Event, Kind, LaneId};
use crate::{Ended, Fault, Footprint};

/// A step that a lane wants to take.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What it is, for showing: `UPDATE account SET balance = 70`.
    pub text: String,
    /// What it is, without what may differ from one run of the same schedule to the next. The
    /// search compares it to notice code that does not repeat itself.
    pub key: String,
    /// The ways in which it may go wrong, where the scenario allows faults.
    pub faults: Vec<Fault>,
}

impl Step {
    /// A step that cannot go wrong.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { key: text.clone(), text, faults: Vec::new() }
    }
}

/// How a step is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// As it should.
    Go,
    /// Wrong, in this way: index into [`Step::faults`].
    Fault(usize),
}

/// The schedule is over, or the lane's process has died: nothing of it may take effect any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over;

/// What a step that is done tells the explorer.
#[derive(Debug, Clone, Default)]
pub struct Done {
    pub footprint: Footprint,
    /// It failed, so the same step may follow again without anything having changed.
    pub failed: bool,
}

impl Done {
    pub fn touching(footprint: Footprint) -> Self {
        Self { footprint, failed: false }
    }

    #[must_use]
    pub fn failed(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }
}

/// One thing at a time that a lane does: its own calls, or one connection of it.
///
/// A lane that is busy in two ways at once (two connections) has two strands, in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Strand {
    pub(crate) index: usize,
    pub lane: LaneId,
    pub(crate) incarnation: u32,
}

impl Strand {
    /// Its number in this schedule: the key under which a port keeps what it knows of it.
    pub fn id(self) -> usize {
        self.index
    }
}

pub(crate) enum State {
    /// The lane's own code has it.
    Quiet,
    /// Asks to take a step.
    AtGate(Step, oneshot::Sender<Choice>),
    /// Its step is under way.
    Running,
    /// Its step is under way and waits for another lane.
    Waiting,
    /// As waiting, and held there even if it is let go.
    Held,
    /// Its connection is gone.
    Closed,
}

pub(crate) struct Held {
    pub name: String,
    pub lane: LaneId,
    pub state: State,
    /// Nothing to close at the end: an in-process port.
    pub local: bool,
    pub text: String,
    /// When it was last let go.
    pub order: u64,
    /// Steps that failed since another strand moved.
    pub fails: u32,
    /// The decision that let it go last.
    pub node: Option<usize>,
    pub waited: bool,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub lanes: Vec<String>,
    pub incarnations: Vec<u32>,
    /// From these incarnations on a lane is alive: smaller ones are dead.
    pub fences: Vec<u32>,
    pub ends: Vec<Option<Ended>>,
    /// How often each lane's own future was polled.
    pub polls: Vec<Arc<AtomicU64>>,
    pub strands: Vec<Held>,
    pub log: Vec<Event>,
    pub footprints: Vec<Footprint>,
    /// Steps of all lanes that failed since one did not.
    pub fails_in_a_row: u32,
    pub closed: bool,
    /// Ports that wait until all lanes have heard what was answered.
    pub hearing: Vec<oneshot::Sender<()>>,
    /// Of each lane that serves a request, how it hears that its client has hung up.
    pub serving: Vec<Option<Arc<Notify>>>,
    /// Something was done since it was last known who waits.
    pub freed: bool,
}

/// Where lanes ask before they take a step. Cheap to clone: all clones are the same gate.
#[derive(Clone, Default)]
pub struct Gate {
    inner: Arc<Mutex<Inner>>,
    pub(crate) changed: Arc<Notify>,
    ticks: Arc<AtomicU64>,
}

impl Gate {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }

    pub(crate) fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::SeqCst)
    }

    pub(crate) fn begin(&self, lanes: &[String]) {
        let n = lanes.len();
        *self.lock() = Inner {
            lanes: lanes.to_vec(),
            incarnations: vec![0; n],
            fences: vec![0; n],
            ends: (0..n).map(|_| None).collect(),
            polls: (0..n).map(|_| Arc::default()).collect(),
            serving: vec![None; n],
            ..Inner::default()
        };
    }

    /// A strand for a connection of this incarnation; to be given back by [`Gate::close`].
    pub(crate) fn open(&self, lane: LaneId, incarnation: u32) -> Strand {
        let mut inner = self.lock();
        let is_free = |s: &Held| s.lane == lane && !s.local && matches!(s.state, State::Closed);
        let free = inner.strands.iter().position(is_free);
        Self::strand(&mut inner, lane, incarnation, false, free)
    }

    /// A strand of this lane for a call of a port in this process: one that nobody uses now.
    pub(crate) fn open_local(&self, lane: LaneId, incarnation: u32) -> Strand {
        let mut inner = self.lock();
        let is_free = |s: &Held| s.lane == lane && s.local && matches!(s.state, State::Quiet);
        let free = inner.strands.iter().position(is_free);
        Self::strand(&mut inner, lane, incarnation, true, free)
    }

    /// The strand at `free`, or a new one.
    fn strand(
        inner: &mut Inner,
        lane: LaneId,
        incarnation: u32,
        local: bool,
        free: Option<usize>,
    ) -> Strand {
        let index = free.unwrap_or_else(|| {
            let before = inner.strands.iter().filter(|s| s.lane == lane).count();
            let mut name = crate::short(&inner.lanes[lane]).to_owned();
            if before > 0 {
                name.push(u8::try_from(before).map_or('z', |n| char::from(b'a' + n.min(25))));
            }
            inner.strands.push(Held {
                name,
                lane,
                state: State::Closed,
                local,
                text: String::new(),
                order: 0,
                fails: 0,
                node: None,
                waited: false,
            });
            inner.strands.len() - 1
        });
        if matches!(inner.strands[index].state, State::Closed) {
            inner.strands[index].state = State::Quiet;
        }
        Strand { index, lane, incarnation }
    }

    /// The connection behind this strand is gone, on the far side too.
    pub fn close(&self, strand: Strand) {
        self.lock().strands[strand.index].state = State::Closed;
        self.tick();
    }

    /// Waits until this step is let go.
    ///
    /// Dropping the future before withdraws the step.
    ///
    /// # Errors
    /// [`Over`]: undo what is open and leave.
    pub async fn enter(&self, strand: Strand, step: Step) -> Result<Choice, Over> {
        let (grant, granted) = oneshot::channel();
        {
            let mut inner = self.lock();
            if inner.closed || inner.fences[strand.lane] > strand.incarnation {
                return Err(Over);
            }
            let held = &mut inner.strands[strand.index];
            held.text.clone_from(&step.text);
            held.state = State::AtGate(step, grant);
        }
        self.tick();
        let withdraw = Withdraw { gate: self, strand };
        let choice = granted.await.map_err(|_| Over);
        std::mem::forget(withdraw);
        choice
    }

    /// Something that is no decision but keeps the strand busy: connecting, closing.
    pub fn pass(&self, strand: Strand, text: &str) {
        let mut inner = self.lock();
        let held = &mut inner.strands[strand.index];
        held.state = State::Running;
        text.clone_into(&mut held.text);
    }

    /// What [`Gate::pass`] began is done; it touched nothing.
    pub fn rest(&self, strand: Strand) {
        self.lock().strands[strand.index].state = State::Quiet;
        self.tick();
    }

    /// Waits until no lane's own code can run: what was answered last has been heard. A port that
    /// serves calls that were made at once waits between them, so that it never depends on its speed
    /// which of them the lane hears of first.
    pub async fn heard(&self) {
        let (tell, told) = oneshot::channel();
        {
            let mut inner = self.lock();
            if inner.closed {
                return;
            }
            inner.hearing.push(tell);
        }
        let _ = told.await;
    }

    /// The step is done; `event` is its row.
    pub fn leave(&self, strand: Strand, event: Option<Event>, done: &Done) {
        {
            let mut inner = self.lock();
            let me = strand.index;
            let others_wait = inner
                .strands
                .iter()
                .enumerate()
                .any(|(i, s)| i != me && matches!(s.state, State::Waiting | State::Held));
            let held = &mut inner.strands[me];
            let resumed = std::mem::take(&mut held.waited);
            held.state = State::Quiet;
            held.fails += u32::from(done.failed);
            let node = held.node;
            inner.fails_in_a_row = if done.failed { inner.fails_in_a_row + 1 } else { 0 };
            if let Some(mut event) = event {
                event.lane = strand.lane;
                if resumed && event.kind == Kind::Step {
                    event.kind = Kind::Resumed;
                }
                inner.log.push(event);
            }
            if let Some(node) = node {
                let footprint = &mut inner.footprints[node];
                footprint.add(&done.footprint);
                if others_wait || resumed {
                    footprint.add(&Footprint::everything());
                }
            }
            inner.freed |= others_wait;
        }
        self.tick();
    }

    /// The client of the request that this lane serves hangs up ([`crate::Actor::until_hung_up`]).
    pub fn hang_up(&self, lane: LaneId) {
        if let Some(hung_up) = &self.lock().serving[lane] {
            hung_up.notify_one();
        }
    }

    /// Whether this lane serves a request whose client could hang up.
    pub fn serves(&self, lane: LaneId) -> bool {
        self.lock().serving[lane].is_some()
    }

    pub(crate) fn serve(&self, lane: LaneId) -> Serving {
        let hung_up = Arc::new(Notify::new());
        if let Some(serving) = self.lock().serving.get_mut(lane) {
            *serving = Some(hung_up.clone());
        }
        Serving { gate: self.clone(), lane, hung_up }
    }

    /// A row that is no step of its own.
    pub fn note(&self, lane: LaneId, mut event: Event) {
        event.lane = lane;
        self.lock().log.push(event);
    }

    pub(crate) fn finished(&self, lane: LaneId, incarnation: u32, end: Ended) {
        {
            let mut inner = self.lock();
            if inner.fences[lane] > incarnation {
                return;
            }
            let text = match &end {
                Ended::Returned(returned) => Some(format!("returns {}", returned.text)),
                Ended::Panicked(message) => Some(format!("panics: {message}")),
                Ended::Crashed | Ended::Unfinished => None,
            };
            let row = text.map(|text| Event { lane, kind: Kind::Life, text, detail: None });
            inner.log.extend(row);
            inner.ends[lane] = Some(end);
        }
        self.tick();
    }

    /// Whether the lane's function has ended.
    pub fn has_ended(&self, lane: LaneId) -> bool {
        self.lock().ends[lane].is_some()
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

/// Takes a step back whose future was dropped.
struct Withdraw<'a> {
    gate: &'a Gate,
    strand: Strand,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        if let Some(held) = self.gate.lock().strands.get_mut(self.strand.index)
            && matches!(held.state, State::AtGate(..))
        {
            held.state = State::Quiet;
        }
        self.gate.tick();
    }
}

/// A lane serves a request as long as this lives.
pub(crate) struct Serving {
    gate: Gate,
    lane: LaneId,
    pub hung_up: Arc<Notify>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(serving) = self.gate.lock().serving.get_mut(self.lane) {
            *serving = None;
        }
    }
}
