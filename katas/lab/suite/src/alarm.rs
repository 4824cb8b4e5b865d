use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use crate::run::lock;

/// The waker of one future among several that share a task: knows whether that one was woken, and
/// wakes the task.
#[derive(Default)]
pub struct Alarm {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Alarm {
    /// An alarm, and the waker that rings it.
    pub fn new() -> (Arc<Self>, Waker) {
        let alarm = Arc::new(Self::default());
        (alarm.clone(), Waker::from(alarm))
    }

    /// Whether it rang since it was asked last. Wakes `cx` when it rings again.
    pub fn answer(&self, cx: &Context<'_>) -> bool {
        *lock(&self.task) = Some(cx.waker().clone());
        self.rung.swap(false, Ordering::SeqCst)
    }

    /// Waits until it rings, or returns at once if it has.
    pub async fn rung(&self) {
        poll_fn(|cx| if self.answer(cx) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        let task = lock(&self.task).take();
        if let Some(task) = task {
            task.wake();
        }
    }
}
