//! Step 6: an owner without a runtime.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use k02_given::{ActorError, Busy, Insufficient};

/// Where the answer to one request will arrive.
pub type Ticket = Receiver<Result<u64, ActorError>>;

enum Request {
    Withdraw(u64, Sender<Result<u64, ActorError>>),
    Inspect(Box<dyn FnOnce(u64) + Send>),
}

struct Inbox {
    places: usize,
    state: Mutex<State>,
    /// Someone put a request in, took one out, or closed.
    moved: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Request>,
    /// The last handle is gone, or the owner is.
    closed: bool,
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }

    fn put(&self, request: Request) -> Result<(), ActorError> {
        let full = |state: &mut State| state.queue.len() == self.places && !state.closed;
        let mut state = self.moved.wait_while(self.state(), full).expect("no panic");
        if state.closed {
            return Err(ActorError::Closed);
        }
        state.queue.push_back(request);
        self.moved.notify_all();
        Ok(())
    }

    fn try_put(&self, request: Request) -> Result<(), Busy> {
        let mut state = self.state();
        if state.closed {
            // The request is dropped, and its ticket disconnected.
            return Ok(());
        }
        if state.queue.len() == self.places {
            return Err(Busy);
        }
        state.queue.push_back(request);
        self.moved.notify_all();
        Ok(())
    }

    fn take(&self) -> Option<Request> {
        let nothing = |state: &mut State| state.queue.is_empty() && !state.closed;
        let mut state = self.moved.wait_while(self.state(), nothing).expect("no panic");
        self.moved.notify_all();
        state.queue.pop_front()
    }

    fn close(&self) -> VecDeque<Request> {
        let mut state = self.state();
        state.closed = true;
        self.moved.notify_all();
        std::mem::take(&mut state.queue)
    }
}

/// Starts the owner of a new account: a thread that alone holds the balance.
pub fn spawn_thread_account(start: u64, mailbox: usize) -> (ThreadAccount, JoinHandle<u64>) {
    let inbox = Arc::new(Inbox { places: mailbox, state: Mutex::default(), moved: Condvar::new() });
    let end = OwnersEnd(Arc::clone(&inbox));
    let owner = std::thread::spawn(move || {
        let mut balance = start;
        while let Some(request) = end.0.take() {
            match request {
                Request::Withdraw(cents, reply) => {
                    let left = balance.checked_sub(cents).ok_or(Insufficient { balance });
                    balance = left.unwrap_or(balance);
                    let _ = reply.send(left.map_err(ActorError::Insufficient));
                }
                Request::Inspect(look) => look(balance),
            }
        }
        balance
    });
    (ThreadAccount { door: Arc::new(Door(inbox)) }, owner)
}

/// Shared by all handles, so that its end is the end of the last one.
struct Door(Arc<Inbox>);

impl Drop for Door {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        self.0.moved.notify_all();
    }
}

/// Nobody waits for an owner that has panicked.
struct OwnersEnd(Arc<Inbox>);

impl Drop for OwnersEnd {
    fn drop(&mut self) {
        drop(self.0.close());
    }
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct ThreadAccount {
    door: Arc<Door>,
}

impl ThreadAccount {
    pub fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        let (reply, ticket) = bounded(1);
        self.door.0.put(Request::Withdraw(cents, reply))?;
        ticket.recv().unwrap_or(Err(ActorError::Closed))
    }

    pub fn try_withdraw(&self, cents: u64) -> Result<Ticket, Busy> {
        let (reply, ticket) = bounded(1);
        self.door.0.try_put(Request::Withdraw(cents, reply))?;
        Ok(ticket)
    }

    pub fn inspect(&self, look: impl FnOnce(u64) + Send + 'static) -> Result<(), ActorError> {
        self.door.0.put(Request::Inspect(Box::new(look)))
    }
}
