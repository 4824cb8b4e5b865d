/// What came of a message that was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// It had its effect now.
    Applied,
    /// It had been dealt with before, and had no further effect.
    Duplicate,
}

/// What is promised about an effect outside of the database, however often the message comes and
/// wherever a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// Never twice; perhaps not at all.
    AtMostOnce,
    /// Never not at all, if the message is delivered until it is acknowledged; perhaps twice.
    AtLeastOnce,
    /// Once, because whoever has the effect compares keys.
    KeyedOnce,
}

/// What came of a message that has a place in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioned {
    /// It was the next one, and had its effect; so had those behind it that were early.
    Applied,
    /// Its version had been dealt with before.
    Stale,
    /// Others must come first. It is kept, and has its effect when they have come.
    Early,
}

/// A moment, in seconds since some beginning. Whoever calls says what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);
