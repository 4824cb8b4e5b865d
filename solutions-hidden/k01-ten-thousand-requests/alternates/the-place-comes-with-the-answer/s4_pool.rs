//! Step 4: work that never waits.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use k01_given::PoolError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{Semaphore, oneshot};

/// Threads for work that computes, so that the threads of the async runtime remain free for what
/// waits.
pub struct CpuPool {
    threads: ThreadPool,
    /// One for each job that was taken and has not ended, running or not.
    places: Arc<Semaphore>,
}

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let places = threads.get().saturating_add(queue).min(Semaphore::MAX_PERMITS);
        let pool = ThreadPoolBuilder::new().num_threads(threads.get()).build();
        Self {
            threads: pool.expect("the operating system gives threads"),
            places: Arc::new(Semaphore::new(places)),
        }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PoolError::Full)?;
        let (reply, answer) = oneshot::channel();
        self.threads.spawn_fifo(move || {
            // Caught here: a panic in a job of its own makes rayon abort the process.
            let end = catch_unwind(AssertUnwindSafe(f)).map_err(|_| PoolError::Panicked);
            // The place goes with the answer; if the caller has gone, both are dropped here.
            let _ = reply.send((end, place));
        });
        match answer.await {
            Ok((end, _place)) => end,
            Err(_gone) => Err(PoolError::Panicked),
        }
    }
}
