//! Step 4: work that never waits.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use k01_given::PoolError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Threads for work that computes, so that the threads of the async runtime remain free for what
/// waits.
pub struct CpuPool {
    threads: ThreadPool,
    /// One for each job that was taken and has not ended, running or not.
    places: Arc<Semaphore>,
    last: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let places = threads.get().saturating_add(queue).min(Semaphore::MAX_PERMITS);
        let pool = ThreadPoolBuilder::new().num_threads(threads.get()).build();
        Self {
            threads: pool.expect("the operating system gives threads"),
            places: Arc::new(Semaphore::new(places)),
            last: Arc::default(),
        }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PoolError::Full)?;
        let (reply, answer) = oneshot::channel();
        let last = Arc::clone(&self.last);
        self.threads.spawn_fifo(move || {
            // Caught here: a panic in a job of its own makes rayon abort the process.
            let end = catch_unwind(AssertUnwindSafe(f)).map_err(|_| PoolError::Panicked);
            // It has the thread, and leaves it to the next one.
            drop(last.lock().unwrap_or_else(PoisonError::into_inner).replace(place));
            // The caller may have gone away.
            let _ = reply.send(end);
        });
        answer.await.unwrap_or(Err(PoolError::Panicked))
    }
}
