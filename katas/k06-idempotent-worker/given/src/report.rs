/// What a worker has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerReport {
    /// Messages whose effect was committed.
    pub applied: u64,
    /// Messages that had been dealt with before.
    pub duplicates: u64,
    /// Messages that were refused, not to come again.
    pub refused: u64,
    /// Messages that failed and were given back, to come again.
    pub requeued: u64,
    pub end: End,
}

/// Why a worker has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was told to.
    Stopped,
    /// The connection to the broker is lost.
    BrokerLost,
    /// The connection to the database is lost.
    DatabaseLost,
}
