use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Why a pool has no result for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolError {
    /// All threads are busy and the queue is full. The job was not taken and will never run.
    Full,
    /// The job panicked.
    Panicked,
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "all threads are busy and the queue is full",
            Self::Panicked => "the job panicked",
        })
    }
}

impl Error for PoolError {}

/// How one job hears that nobody waits for its result any more. Clones are of the same job.
///
/// A thread cannot be stopped from outside: a long job has to look at this now and then.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the job to stop. To ask twice is to ask once.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the job was asked to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
