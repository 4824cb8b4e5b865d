//! Step 6: work that nobody waits for.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use k01_given::{PoolError, Stop};
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

struct State {
    /// By the order in which they came.
    waiting: BTreeMap<u64, Work>,
    came: u64,
    done: Vec<u64>,
    room: usize,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        loop {
            let state = self.state();
            let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
            let state = self.news.wait_while(state, idle);
            let first = state.unwrap_or_else(PoisonError::into_inner).waiting.pop_first();
            let Some((_, work)) = first else { return };
            work();
        }
    }
}

/// The caller's side of a job.
struct Caller<'a> {
    pool: &'a Shared,
    number: u64,
    stop: Stop,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.stop.ask();
        let mut state = self.pool.state();
        let work = state.waiting.remove(&self.number);
        if work.is_some() || state.done.contains(&self.number) {
            state.room = state.room.saturating_add(1);
        }
        drop(state);
        // Outside of the lock: what it holds may be anybody's.
        drop(work);
    }
}

pub struct CpuPool(Arc<Shared>);

impl CpuPool {
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let room = threads.get().saturating_add(queue);
        let state =
            State { waiting: BTreeMap::new(), came: 0, done: Vec::new(), room, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Condvar::new() });
        for _ in 0..threads.get() {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.serve());
        }
        Self(shared)
    }

    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (reply, answer) = oneshot::channel();
        let (shared, stop) = (Arc::clone(&self.0), Stop::default());
        let asked = stop.clone();
        let number = {
            let mut state = self.0.state();
            state.room = state.room.checked_sub(1).ok_or(PoolError::Full)?;
            state.came += 1;
            let number = state.came;
            let work: Work = Box::new(move || {
                let end = catch_unwind(AssertUnwindSafe(|| f(&asked)));
                shared.state().room += 1;
                shared.state().done.push(number);
                let _ = reply.send(end);
            });
            state.waiting.insert(number, work);
            number
        };
        let _caller = Caller { pool: &self.0, number, stop };
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
    }
}
