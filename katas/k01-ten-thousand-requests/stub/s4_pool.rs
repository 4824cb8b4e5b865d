//! Step 4: work that never waits.

use std::num::NonZeroUsize;

use k01_given::PoolError;

/// Threads for work that computes, so that the threads of the async runtime remain free for what
/// waits.
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
        todo!("which threads are these, and who counts the jobs?")
    }

    /// Runs `f` on a thread of the pool and answers with what it returns. No thread of the runtime
    /// is blocked meanwhile, nor busy with asking whether it is done: the caller is woken when it is.
    ///
    /// Jobs begin in the order in which they came, at most one on each thread; a job comes when
    /// its future is polled for the first time, on whichever thread. The pool has taken `threads +
    /// queue` jobs at most that have not ended, however many come at the same moment. When this
    /// returns, its job has ended and there is room for another one.
    ///
    /// # Errors
    /// [`PoolError::Full`] when there is no room: at that first poll, without waiting for anything.
    /// [`PoolError::Panicked`] when `f` panicked.
    ///
    /// # Cancellation
    /// Dropped before `f` has begun, it may run or not; dropped later, `f` runs to its end, and it
    /// has its place until then. Nobody else notices.
    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        todo!("how does the result come back to a caller that must not block?")
    }
}
