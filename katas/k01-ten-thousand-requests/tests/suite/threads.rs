//! Jobs on threads, held there by the test.

use std::cell::RefCell;
use std::fmt::{Debug, Display};
use std::future::poll_fn;
use std::hint::spin_loop;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread, ThreadId};

use suite::say::holds;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

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

    /// What was said by now.
    pub fn so_far(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.receiver.try_recv().ok()).collect()
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

/// Gives every thread that can run its turn: one new thread after another begins and ends, and the
/// system's scheduler is fair. Nothing right depends on it; what is wrong shows itself meanwhile,
/// on a loaded machine as well, since turns are counted and not time.
pub async fn everybody_had_a_turn() {
    for _ in 0..25 {
        let (here, came) = oneshot::channel();
        thread::spawn(move || here.send(()));
        came.await.expect("the thread says so");
    }
}

/// What a call says that has to wait for its answer.
pub const NOT_YET: &str = "no answer yet";
/// What a call says that a full pool has refused.
pub const REFUSED: &str = "Err(Full)";

/// One poll: what the call says at once.
pub async fn at_once<T: Debug>(mut call: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> String {
    poll_fn(|context| Poll::Ready(told(call.as_mut().poll(context)))).await
}

/// Fails unless that is what a call said.
#[track_caller]
pub fn said(what: impl Display, saw: &str, expected: &str) {
    holds(what, expected, saw, saw == expected);
}

/// One poll by somebody who does not stay: what the call says at once. Whoever polls it next is the
/// one to be woken.
pub fn by_a_passer_by<T: Debug>(call: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> String {
    polled(call, Waker::noop())
}

/// One poll by whoever is woken by `waker`: what the call says at once.
pub fn polled<T: Debug>(
    call: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    waker: &Waker,
) -> String {
    told(call.poll(&mut Context::from_waker(waker)))
}

/// The waker of a caller who is there at once: the thread that wakes it stands still in the midst of
/// waking, and the caller goes on meanwhile.
pub struct Doorbell {
    rings: UnboundedSender<()>,
    /// Whose own thread must not stand still.
    caller: ThreadId,
    heard: Gate,
}

/// So many turns of everybody else the thread stands still at most. It may hold a lock that the
/// caller needs, and that is nobody's fault.
const TURNS: usize = 100;

impl Doorbell {
    /// Rings are news, and `heard` lets the thread go on that rang.
    pub fn waker(rings: &News<()>, heard: Gate) -> Waker {
        let caller = thread::current().id();
        Arc::new(Self { rings: rings.sender(), caller, heard }).into()
    }
}

impl Wake for Doorbell {
    fn wake(self: Arc<Self>) {
        let _ = self.rings.send(());
        if thread::current().id() == self.caller {
            return;
        }
        for _ in 0..TURNS {
            if self.heard.is_open() {
                return;
            }
            let _ = thread::spawn(thread::yield_now).join();
        }
    }
}

/// Polls `call` whenever `rings` says so, until it answers.
pub async fn when_it_rings<T: Debug>(
    mut call: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    rings: &mut News<()>,
    bell: &Waker,
) -> String {
    loop {
        let saw = polled(call.as_mut(), bell);
        if saw != NOT_YET {
            return saw;
        }
        rings.next().await;
    }
}

fn told<T: Debug>(poll: Poll<T>) -> String {
    match poll {
        Poll::Ready(answer) => format!("{answer:?}"),
        Poll::Pending => NOT_YET.to_owned(),
    }
}

/// Where so many threads meet, again and again, and leave at the same moment: nobody is woken, so
/// nobody is late.
pub struct Start {
    threads: usize,
    came: AtomicUsize,
}

impl Start {
    pub fn of(threads: usize) -> Self {
        Self { threads, came: AtomicUsize::new(0) }
    }

    /// Waits until all have come to this meeting; the first has the number 0.
    pub fn meet(&self, meeting: usize) {
        self.came.fetch_add(1, Ordering::SeqCst);
        busily(|| self.came.load(Ordering::SeqCst) >= self.threads * (meeting + 1));
    }
}

/// Nobody waits for a thread that has left, however it did.
pub struct Leaves<'a>(pub &'a Start);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.came.fetch_add(usize::MAX / 4, Ordering::SeqCst);
    }
}

/// Waits without giving the processor back, but not for long: others may have to come first.
pub fn busily(mut until: impl FnMut() -> bool) {
    const LONG: usize = 2_000;
    for turn in 0.. {
        if until() {
            return;
        }
        if turn < LONG {
            spin_loop();
        } else {
            thread::yield_now();
        }
    }
}

/// Waits for an answer, on a thread that is not the runtime's.
pub fn answer<T>(mut call: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> T {
    let waker = Arc::new(Unparks(thread::current())).into();
    loop {
        match call.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unparks(Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

thread_local! {
    static FAREWELL: RefCell<Option<UnboundedSender<()>>> = const { RefCell::new(None) };
}

/// Waits until all threads have ended that keep a sender of `farewell`.
pub async fn all_end(farewell: News<()>) {
    let _scene = suite::context(
        "The pool was dropped and its jobs have ended. The test waits until the threads that ran \
         them have ended: they must be the pool's own, so that they go with it.",
    );
    farewell.rest().await;
}

/// Keeps `sender` until the calling thread ends.
pub fn until_this_thread_ends(sender: UnboundedSender<()>) {
    FAREWELL.set(Some(sender));
}
