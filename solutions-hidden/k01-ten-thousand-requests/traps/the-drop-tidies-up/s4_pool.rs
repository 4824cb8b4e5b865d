//! Step 4: work that never waits.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use k01_given::PoolError;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

struct State {
    waiting: VecDeque<Work>,
    /// Jobs that may still be taken.
    room: usize,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // No job runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        loop {
            let state = self.state();
            let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
            let state = self.news.wait_while(state, idle);
            let Some(work) = state.unwrap_or_else(PoisonError::into_inner).waiting.pop_front()
            else {
                return;
            };
            work();
        }
    }
}

pub struct CpuPool(Arc<Shared>, Vec<thread::JoinHandle<()>>);

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let room = threads.get().saturating_add(queue);
        let state = State { waiting: VecDeque::new(), room, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Condvar::new() });
        let own = || {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.serve())
        };
        let threads = (0..threads.get()).map(|_| own()).collect();
        Self(shared, threads)
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.0);
        let work: Work = Box::new(move || {
            let end = catch_unwind(AssertUnwindSafe(f));
            shared.state().room += 1;
            let _ = reply.send(end);
        });
        {
            let mut state = self.0.state();
            state.room = state.room.checked_sub(1).ok_or(PoolError::Full)?;
            state.waiting.push_back(work);
        }
        self.0.news.notify_one();
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            _ => Err(PoolError::Panicked),
        }
    }
}

impl Drop for CpuPool {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.news.notify_all();
        for own in self.1.drain(..) {
            let _ = own.join();
        }
    }
}
