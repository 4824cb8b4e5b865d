//! Step 4: work that never waits.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use k01_given::PoolError;
use tokio::sync::Semaphore;

/// Threads for work that computes, so that the threads of the async runtime remain free for what
/// waits.
pub struct CpuPool {
    /// One for each job that was taken and has not ended, running or not.
    places: Arc<Semaphore>,
}

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let places = threads.get().saturating_add(queue).min(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)) }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PoolError::Full)?;
        let task = tokio::task::spawn_blocking(move || {
            let end = catch_unwind(AssertUnwindSafe(f)).map_err(|_| PoolError::Panicked);
            drop(place);
            end
        });
        task.await.unwrap_or(Err(PoolError::Panicked))
    }
}
