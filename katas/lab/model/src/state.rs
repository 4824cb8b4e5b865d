//! What is known of a schedule: its log, its lanes, who holds what and who waits for whom.

use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;

use protocol::{Outcome, Place, Status};

use crate::log::{Entry, How, LaneId, ObjectId};

#[derive(Default)]
pub(crate) struct State {
    pub log: Vec<Entry>,
    pub lanes: Vec<Lane>,
    pub objects: Vec<Object>,
    pub told: Option<Told>,
    pub tables: Vec<protocol::timeline::Table>,
    pub notes: Vec<String>,
}

pub(crate) struct Lane {
    pub name: String,
    /// Its closure runs: neither before it nor after it.
    pub running: bool,
    pub ended: bool,
    pub joined: bool,
    pub waits: Option<Wait>,
    pub end: End,
    /// Its last row in the log.
    pub last: Option<usize>,
    /// What has ended for no reason already.
    pub whims: Vec<Whim>,
}

/// What std allows to end for no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whim {
    /// `compare_exchange_weak`, without an exchange.
    Swap,
    /// The sleep on a condition variable, without a notification.
    Wait,
}

/// How the end of a lane meets the one who joins it. See [`crate::join`].
#[derive(Default)]
pub(crate) struct End {
    /// Nobody will join it.
    pub detached: bool,
    pub joiner: Option<loom::thread::Thread>,
    /// It has ended and waits for its joiner.
    pub parked: Option<loom::thread::Thread>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub on: Awaited,
    pub at: &'static Location<'static>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    Lock { object: ObjectId, how: How },
    Notification(ObjectId),
    End(LaneId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Lock,
    RwLock,
    Condvar,
    Atomic,
}

pub(crate) struct Object {
    pub kind: Kind,
    /// Who holds it, a writer alone or readers together.
    pub holders: Vec<(LaneId, How)>,
    /// Who sleeps on it, the first to be woken in front.
    pub sleepers: VecDeque<Sleeper>,
    /// An atomic: there was a read-modify-write on it.
    pub changed: bool,
    /// A lock that may be tried: the step that its release and a `try_…` share. See [`crate::run::Run::meet`].
    pub step: Option<Rc<loom::sync::atomic::AtomicUsize>>,
}

/// A lane asleep on a condition variable.
pub(crate) struct Sleeper {
    pub lane: LaneId,
    /// What it takes again when it is woken.
    pub lock: ObjectId,
    pub thread: loom::thread::Thread,
}

/// Why a schedule ended badly, where the facade itself saw it.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// A panic in a lane: its message and place.
    Panic { lane: LaneId, message: String, place: Place },
    /// A suite's own diagnosis.
    Lab(Box<Outcome>),
    /// What the model cannot follow, or std leaves open: a lock read twice by one thread.
    Misuse { status: Status, message: String, place: Place },
}

impl State {
    /// Takes `object` for `lane`; its lane waits no longer.
    pub fn hold(&mut self, lane: LaneId, object: ObjectId, how: How) {
        self.objects[object].holders.push((lane, how));
        self.lanes[lane].waits = None;
    }

    pub fn let_go(&mut self, lane: LaneId, object: ObjectId, how: How) {
        let holders = &mut self.objects[object].holders;
        if let Some(held) = holders.iter().position(|h| *h == (lane, how)) {
            holders.remove(held);
        }
    }

    pub fn sleep(&mut self, condvar: ObjectId, sleeper: Sleeper) {
        self.objects[condvar].sleepers.push_back(sleeper);
    }

    /// Takes those who are woken now; they wait for their lock from here on.
    pub fn wake(&mut self, condvar: ObjectId, all: bool) -> Vec<Sleeper> {
        let sleepers = &mut self.objects[condvar].sleepers;
        let most = if all { sleepers.len() } else { 1.min(sleepers.len()) };
        let woken: Vec<_> = sleepers.drain(..most).collect();
        for sleeper in &woken {
            if let Some(wait) = &mut self.lanes[sleeper.lane].waits {
                wait.on = Awaited::Lock { object: sleeper.lock, how: How::Lock };
            }
        }
        woken
    }
}

impl Object {
    /// Whether someone who holds it keeps another from taking it.
    pub fn in_the_way_of(&self, how: How) -> bool {
        self.holders.iter().any(|(_, held)| how != How::Read || *held != How::Read)
    }
}

impl Lane {
    pub fn new(name: String) -> Self {
        Self {
            name,
            running: false,
            ended: false,
            joined: false,
            waits: None,
            end: End::default(),
            last: None,
            whims: Vec::new(),
        }
    }

    /// `A: withdraw 70` is called `A` in a sentence.
    pub fn short(&self) -> &str {
        self.name.split_once(':').map_or(&self.name, |(short, _)| short)
    }
}
