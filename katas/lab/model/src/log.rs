//! What happened in one schedule, in the order in which it happened.

use std::panic::Location;

/// Index of a lane: 0 is the test's own body, the others count from 1 as they are spawned.
pub(crate) type LaneId = usize;

/// Index of a lock, a condition variable or an atomic, in the order in which they were made.
pub(crate) type ObjectId = usize;

/// A row of the log.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub lane: LaneId,
    pub at: &'static Location<'static>,
    pub event: Event,
}

/// How a lock is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum How {
    Lock,
    Read,
    Write,
}

/// One thing that a lane did. Values are kept as text, and only where their type can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// Asked for a lock; `held` when another guard was in the way at that moment.
    Request {
        object: ObjectId,
        how: How,
        held: bool,
    },
    Acquired {
        object: ObjectId,
        how: How,
        value: Option<String>,
    },
    /// A `try_…` that found the lock taken.
    Busy {
        object: ObjectId,
        how: How,
    },
    /// `value` when the guard changed it.
    Released {
        object: ObjectId,
        how: How,
        value: Option<String>,
    },
    /// Went to sleep on a condition variable and gave its lock back; `value` when it had changed.
    Slept {
        object: ObjectId,
        lock: ObjectId,
        value: Option<String>,
    },
    /// Has the lock of the condition variable again; `by_nobody` when there was no notification.
    Woken {
        object: ObjectId,
        lock: ObjectId,
        value: Option<String>,
        by_nobody: bool,
    },
    Notified {
        object: ObjectId,
        all: bool,
        woken: Vec<LaneId>,
    },
    Load {
        object: ObjectId,
        value: String,
        newest: String,
    },
    Store {
        object: ObjectId,
        value: String,
    },
    /// A read-modify-write that cannot fail.
    Change {
        object: ObjectId,
        name: &'static str,
        from: String,
        to: String,
    },
    Exchange {
        object: ObjectId,
        expected: String,
        new: String,
        found: Result<(), String>,
    },
    Fence,
    /// `yield_now` or `spin_loop`.
    Yield {
        name: &'static str,
    },
    Spawn {
        lane: LaneId,
    },
    /// Waits for the end of a lane.
    Join {
        lane: LaneId,
    },
    Joined {
        lane: LaneId,
    },
}

impl Event {
    /// Whether the event is a use of what the model looks at: a lock, an atomic, a fence.
    pub fn is_operation(&self) -> bool {
        !matches!(
            self,
            Self::Yield { .. } | Self::Spawn { .. } | Self::Join { .. } | Self::Joined { .. }
        )
    }
}

/// FNV-1a: stable from one process to the next, which std's default hasher is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
