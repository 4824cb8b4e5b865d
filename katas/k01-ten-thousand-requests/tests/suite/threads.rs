//! Jobs on threads, held there by the test.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Holds threads until it is open. Clones are of the same gate.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Blocks the calling thread until the gate is open.
    pub fn wait(&self) {
        let (open, opened) = &*self.0;
        let open = open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(opened.wait_while(open, |open| !*open));
    }

    pub fn is_open(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}

/// The test's hand on a gate: however the test ends, no thread is held longer.
#[derive(Default)]
pub struct Keeper(Gate);

impl Keeper {
    pub fn gate(&self) -> Gate {
        self.0.clone()
    }

    pub fn open(&self) {
        self.0.open();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Where jobs say that something has happened to them.
pub struct News<T> {
    sender: UnboundedSender<T>,
    receiver: UnboundedReceiver<T>,
}

impl<T> News<T> {
    pub fn new() -> Self {
        let (sender, receiver) = unbounded_channel();
        Self { sender, receiver }
    }

    pub fn sender(&self) -> UnboundedSender<T> {
        self.sender.clone()
    }

    /// Waits for the next, without blocking the runtime.
    pub async fn next(&mut self) -> T {
        self.receiver.recv().await.expect("the test holds a sender itself")
    }

    /// Waits until all other senders are gone: what they have said by then.
    pub async fn rest(self) -> Vec<T> {
        let Self { sender, mut receiver } = self;
        drop(sender);
        let mut all = Vec::new();
        while let Some(one) = receiver.recv().await {
            all.push(one);
        }
        all
    }
}

/// One poll: what the call says at once, or nothing.
pub async fn at_once<T>(mut call: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    poll_fn(|context| {
        Poll::Ready(match call.as_mut().poll(context) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        })
    })
    .await
}

thread_local! {
    static FAREWELL: RefCell<Option<UnboundedSender<()>>> = const { RefCell::new(None) };
}

/// Keeps `sender` until the calling thread ends.
pub fn until_this_thread_ends(sender: UnboundedSender<()>) {
    FAREWELL.set(Some(sender));
}
