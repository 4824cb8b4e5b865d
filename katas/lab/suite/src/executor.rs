//! The runtime of an async test, and the signs of life that it gives.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use tokio::runtime::{Builder, Runtime};

use crate::harness::Clock;
use crate::run::lock;
use crate::tasks::Places;

/// Tasks of the lab itself on the runtime of a test: the heartbeat.
pub const LAB_TASKS: usize = 1;

/// Signs of life of a current-thread runtime.
///
/// The runtime tells when it parks, and it parks exactly when no task can run. So a test that is
/// idle, or that comes to rest now and then, needs no probe; only one that does not park for a
/// while is asked for a heartbeat, by waking a task of the lab: no timer, so a paused clock is
/// not disturbed. (The idea to know quiet by `on_thread_park` instead of by timers or by a number
/// of yields: see [`crate::tasks::settle`].)
#[derive(Default)]
pub struct Executor {
    parks: AtomicU64,
    parked: AtomicBool,
    beats: AtomicU64,
    heart: Mutex<Option<Waker>>,
    /// Polls of the test's own future, on a paused clock.
    polls: AtomicU64,
    waiting: Mutex<Vec<Waker>>,
    over: AtomicBool,
    pub places: Places,
}

impl Executor {
    /// # Panics
    /// When the operating system gives no runtime.
    pub fn start(clock: Clock) -> (Arc<Self>, Runtime) {
        let executor = Arc::new(Self::default());
        let mut builder = Builder::new_current_thread();
        match clock {
            // No I/O: a paused clock runs away while a socket is waited for.
            Clock::Paused => builder.enable_time().start_paused(true),
            Clock::Real => builder.enable_all(),
        };
        let parking = executor.clone();
        let parked = executor.clone();
        builder.on_thread_park(move || parking.park()).on_thread_unpark(move || parked.unpark());
        Places::watch(&executor, &mut builder);
        let runtime = builder.build().expect("a current-thread runtime starts");

        let heart = executor.clone();
        let heartbeat = runtime.spawn(poll_fn(move |cx| {
            heart.beats.fetch_add(1, Ordering::SeqCst);
            *lock(&heart.heart) = Some(cx.waker().clone());
            Poll::<()>::Pending
        }));
        executor.places.forget(heartbeat.id());
        (executor, runtime)
    }

    fn park(&self) {
        self.parks.fetch_add(1, Ordering::SeqCst);
        self.parked.store(true, Ordering::SeqCst);
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        for waker in waiting {
            waker.wake();
        }
    }

    fn unpark(&self) {
        self.parked.store(false, Ordering::SeqCst);
    }

    /// Wakes `waker` the next time that nothing can run.
    pub fn when_idle(&self, waker: Waker) {
        lock(&self.waiting).push(waker);
    }

    pub fn parks(&self) -> u64 {
        self.parks.load(Ordering::SeqCst)
    }

    pub fn parked(&self) -> bool {
        self.parked.load(Ordering::SeqCst)
    }

    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::SeqCst)
    }

    pub fn ask_for_a_beat(&self) {
        let heart = lock(&self.heart).clone();
        if let Some(heart) = heart {
            heart.wake();
        }
    }

    pub fn polled(&self) {
        self.polls.fetch_add(1, Ordering::SeqCst);
    }

    pub fn polls(&self) -> u64 {
        self.polls.load(Ordering::SeqCst)
    }

    /// The test's future is done; what follows is the end of the runtime.
    pub fn set_over(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    pub fn over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}
