//! Step 4: one owner.

use std::sync::Arc;

use k02_given::{ActorError, Insufficient, Overflow};
use tokio::select;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

enum Change {
    Withdraw(u64),
    Deposit(u64),
}

/// Everything that a change needs, in one message: between two messages anything may happen.
struct Request {
    change: Change,
    reply: oneshot::Sender<Result<u64, ActorError>>,
}

/// Starts the owner of a new account: a task that alone holds the balance. Everybody else asks it.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    let (requests, inbox) = mpsc::channel(mailbox);
    let closing = Arc::new(Notify::new());
    let owner = tokio::spawn(own(start, inbox, Arc::clone(&closing)));
    (AccountHandle { requests, closing }, owner)
}

async fn own(mut balance: u64, mut inbox: mpsc::Receiver<Request>, closing: Arc<Notify>) -> u64 {
    loop {
        let request = select! {
            biased;
            () = closing.notified() => {
                // Turns away who waits for room. What is in the mailbox can still be received.
                inbox.close();
                continue;
            }
            request = inbox.recv() => request,
        };
        let Some(Request { change, reply }) = request else {
            return balance;
        };
        // The caller may have gone away: no concern of the owner's.
        let _ = reply.send(carry_out(&mut balance, &change));
    }
}

fn carry_out(balance: &mut u64, change: &Change) -> Result<u64, ActorError> {
    *balance = match *change {
        Change::Withdraw(cents) => {
            balance.checked_sub(cents).ok_or(Insufficient { balance: *balance })?
        }
        Change::Deposit(cents) => balance.checked_add(cents).ok_or(Overflow)?,
    };
    Ok(*balance)
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct AccountHandle {
    requests: mpsc::Sender<Request>,
    closing: Arc<Notify>,
}

impl AccountHandle {
    pub fn withdraw(&self, cents: u64) -> impl Future<Output = Result<u64, ActorError>> + use<> {
        // Where there is room, the request is on its way before anybody waits.
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.try_send(Request { change: Change::Withdraw(cents), reply });
        let handle = self.clone();
        async move {
            match sent {
                Ok(()) => answer.await.unwrap_or(Err(ActorError::Closed)),
                Err(TrySendError::Closed(_)) => Err(ActorError::Closed),
                Err(TrySendError::Full(request)) => handle.ask(request.change).await,
            }
        }
    }

    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(Change::Deposit(cents)).await
    }

    /// Closes the account, for all handles.
    pub fn close(&self) {
        // Kept for the owner if it is not listening at this moment; `notify_waiters` would be lost.
        self.closing.notify_one();
    }

    async fn ask(&self, change: Change) -> Result<u64, ActorError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.send(Request { change, reply }).await;
        sent.map_err(|_| ActorError::Closed)?;
        answer.await.unwrap_or(Err(ActorError::Closed))
    }
}
