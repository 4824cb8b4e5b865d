//! Step 6: work that nobody waits for.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use k01_given::{PoolError, Stop};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A pool whose callers may change their minds.
pub struct CpuPool {
    threads: ThreadPool,
    places: Arc<Semaphore>,
    last: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

/// A job that has not begun, and its place. Whoever takes it out decides what becomes of it: a
/// thread runs it, the caller's drop ends it. Nobody else can do either then.
struct Slot<F>(Mutex<Option<(F, OwnedSemaphorePermit)>>);

impl<F> Slot<F> {
    fn take(&self) -> Option<(F, OwnedSemaphorePermit)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The caller's side of a job.
struct Waiter<F> {
    slot: Arc<Slot<F>>,
    stop: Stop,
}

impl<F> Drop for Waiter<F> {
    fn drop(&mut self) {
        self.stop.ask();
        drop(self.slot.take());
    }
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
        f: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PoolError::Full)?;
        let slot = Arc::new(Slot(Mutex::new(Some((f, place)))));
        let waiter = Waiter { slot: Arc::clone(&slot), stop: Stop::default() };
        let stop = waiter.stop.clone();
        let (reply, answer) = oneshot::channel();
        let last = Arc::clone(&self.last);
        self.threads.spawn_fifo(move || {
            let Some((f, place)) = slot.take() else { return };
            let end = catch_unwind(AssertUnwindSafe(|| f(&stop))).map_err(|_| PoolError::Panicked);
            // It has the thread, and leaves it to the next one.
            drop(last.lock().unwrap_or_else(PoisonError::into_inner).replace(place));
            let _ = reply.send(end);
        });
        answer.await.unwrap_or(Err(PoolError::Panicked))
    }
}
