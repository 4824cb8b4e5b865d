//! Step 6: work that nobody waits for.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use k01_given::{PoolError, Stop};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A pool whose callers may change their minds.
pub struct CpuPool {
    threads: ThreadPool,
    places: Arc<Semaphore>,
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
    begun: Arc<AtomicBool>,
    stop: Stop,
}

impl<F> Drop for Waiter<F> {
    fn drop(&mut self) {
        if self.begun.load(Ordering::SeqCst) {
            self.stop.ask();
        } else {
            drop(self.slot.take());
        }
    }
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
        f: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PoolError::Full)?;
        let slot = Arc::new(Slot(Mutex::new(Some((f, place)))));
        let begun = Arc::new(AtomicBool::new(false));
        let (taker, stop) = (Arc::clone(&slot), Stop::default());
        let waiter = Waiter { slot, begun: Arc::clone(&begun), stop: stop.clone() };
        let (reply, answer) = oneshot::channel();
        self.threads.spawn_fifo(move || {
            let Some((f, place)) = taker.take() else { return };
            // Where a line of a log would be written.
            thread::yield_now();
            begun.store(true, Ordering::SeqCst);
            let end = catch_unwind(AssertUnwindSafe(|| f(&stop))).map_err(|_| PoolError::Panicked);
            drop(place);
            let _ = reply.send(end);
        });
        answer.await.unwrap_or(Err(PoolError::Panicked))
    }
}
