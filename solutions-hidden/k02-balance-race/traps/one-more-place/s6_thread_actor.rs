//! Step 6: an owner without a runtime.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use k02_given::{ActorError, Busy, Insufficient};

/// Where the answer to one request will arrive.
pub type Ticket = Receiver<Result<u64, ActorError>>;

enum Request {
    Withdraw { cents: u64, reply: Sender<Result<u64, ActorError>> },
    Inspect(Box<dyn FnOnce(u64) + Send>),
}

impl Request {
    fn withdraw(cents: u64) -> (Self, Ticket) {
        // Room for the one answer, so that the owner never waits for a caller.
        let (reply, ticket) = bounded(1);
        (Self::Withdraw { cents, reply }, ticket)
    }
}

/// Starts the owner of a new account: a thread that alone holds the balance.
pub fn spawn_thread_account(start: u64, mailbox: usize) -> (ThreadAccount, JoinHandle<u64>) {
    let (requests, inbox) = bounded(mailbox + 1);
    (ThreadAccount { requests }, std::thread::spawn(move || own(start, &inbox)))
}

fn own(mut balance: u64, inbox: &Receiver<Request>) -> u64 {
    // Ends when the last sender is gone *and* the mailbox is empty.
    for request in inbox {
        match request {
            Request::Withdraw { cents, reply } => {
                let answer = balance.checked_sub(cents).ok_or(Insufficient { balance });
                balance = answer.unwrap_or(balance);
                // The caller may have gone away: no concern of the owner's.
                let _ = reply.send(answer.map_err(ActorError::from));
            }
            Request::Inspect(look) => look(balance),
        }
    }
    balance
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct ThreadAccount {
    requests: Sender<Request>,
}

impl ThreadAccount {
    pub fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        let (request, ticket) = Request::withdraw(cents);
        self.requests.send(request).map_err(|_| ActorError::Closed)?;
        ticket.recv().unwrap_or(Err(ActorError::Closed))
    }

    pub fn try_withdraw(&self, cents: u64) -> Result<Ticket, Busy> {
        let (request, ticket) = Request::withdraw(cents);
        match self.requests.try_send(request) {
            Err(TrySendError::Full(_)) => Err(Busy),
            // Disconnected: the request is dropped and its reply with it, so the ticket says so.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(ticket),
        }
    }

    pub fn inspect(&self, look: impl FnOnce(u64) + Send + 'static) -> Result<(), ActorError> {
        self.requests.send(Request::Inspect(Box::new(look))).map_err(|_| ActorError::Closed)
    }
}
