//! Step 4: work that never waits.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use k01_given::PoolError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// Threads for work that computes, so that the threads of the async runtime remain free for what
/// waits.
pub struct CpuPool {
    threads: ThreadPool,
    room: usize,
    /// Jobs that were taken and have not ended, running or not.
    taken: Arc<AtomicUsize>,
}

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let pool = ThreadPoolBuilder::new().num_threads(threads.get()).build();
        Self {
            threads: pool.expect("the operating system gives threads"),
            room: threads.get().saturating_add(queue),
            taken: Arc::default(),
        }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        if self.taken.load(Ordering::SeqCst) >= self.room {
            return Err(PoolError::Full);
        }
        // Where a line of a log would be written.
        thread::yield_now();
        self.taken.fetch_add(1, Ordering::SeqCst);
        let taken = Arc::clone(&self.taken);
        let (reply, answer) = oneshot::channel();
        self.threads.spawn_fifo(move || {
            // Caught here: a panic in a job of its own makes rayon abort the process.
            let end = catch_unwind(AssertUnwindSafe(f)).map_err(|_| PoolError::Panicked);
            // Before the answer: who has it finds room for the next job.
            taken.fetch_sub(1, Ordering::SeqCst);
            // The caller may have gone away.
            let _ = reply.send(end);
        });
        answer.await.unwrap_or(Err(PoolError::Panicked))
    }
}
