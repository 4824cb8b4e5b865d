//! Step 6: work that nobody waits for.

use std::num::NonZeroUsize;

use k01_given::{PoolError, Stop};

/// A pool as in step 4 whose callers may change their minds.
///
/// Dropped, its threads end as soon as they have done what they were given; the drop does not wait
/// for them.
pub struct CpuPool {}

impl CpuPool {
    /// A pool of `threads` threads of its own. At most `queue` jobs wait for one; that may be 0, and
    /// [`usize::MAX`].
    ///
    /// # Panics
    /// When the operating system gives no threads.
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        todo!("where do jobs wait, so that one can be taken out of the middle?")
    }

    /// Runs `f` on a thread of the pool and answers with what it returns, as step 4 does.
    ///
    /// # Errors
    /// [`PoolError::Full`] when there is no room: at the first poll, without waiting for anything.
    /// [`PoolError::Panicked`] when `f` panicked.
    ///
    /// # Cancellation
    /// Dropped before `f` has begun, the job is gone at once: it never runs, what `f` holds has been
    /// dropped (whose own `drop` may use the pool), and its place is free when the drop is over.
    /// Dropped later, `f` is asked to stop through its [`Stop`]; it has its place until it has ended.
    /// Dropped just when a thread takes it, it is one or the other.
    /// Nobody else's job is asked.
    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        todo!("a thread and a caller both reach for the same job: who decides?")
    }
}
