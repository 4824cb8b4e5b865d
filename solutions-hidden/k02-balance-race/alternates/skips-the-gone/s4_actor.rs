//! Step 4: one owner.

use std::sync::{Arc, Mutex};

use k02_given::{ActorError, Insufficient, Overflow};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

type Reply = oneshot::Sender<Result<u64, ActorError>>;

enum Request {
    Withdraw(u64, Reply),
    Deposit(u64, Reply),
}

/// Starts the owner of a new account: a task that alone holds the balance.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    let (requests, mut inbox) = mpsc::channel(mailbox);
    let (close, mut closed) = oneshot::channel();
    let owner = tokio::spawn(async move {
        let mut balance = start;
        loop {
            let request = select! {
                biased;
                // Also when the last handle is dropped: then nobody can be waiting.
                _ = &mut closed => break,
                request = inbox.recv() => request,
            };
            match request {
                Some(request) => carry_out(&mut balance, request),
                None => return balance,
            }
        }
        inbox.close();
        while let Some(request) = inbox.recv().await {
            carry_out(&mut balance, request);
        }
        balance
    });
    (AccountHandle { requests, close: Arc::new(Mutex::new(Some(close))) }, owner)
}

fn carry_out(balance: &mut u64, request: Request) {
    let (changed, reply) = match request {
        Request::Withdraw(cents, reply) => {
            let refused = ActorError::Insufficient(Insufficient { balance: *balance });
            (balance.checked_sub(cents).ok_or(refused), reply)
        }
        Request::Deposit(cents, reply) => {
            (balance.checked_add(cents).ok_or(ActorError::Overflow(Overflow)), reply)
        }
    };
    if !reply.is_closed() {
        *balance = changed.unwrap_or(*balance);
        let _ = reply.send(changed);
    }
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct AccountHandle {
    requests: mpsc::Sender<Request>,
    close: Arc<Mutex<Option<oneshot::Sender<()>>>>,
}

impl AccountHandle {
    pub async fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(|reply| Request::Withdraw(cents, reply)).await
    }

    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(|reply| Request::Deposit(cents, reply)).await
    }

    /// Closes the account, for all handles.
    pub fn close(&self) {
        if let Some(close) = self.close.lock().expect("no panic under this lock").take() {
            let _ = close.send(());
        }
    }

    async fn ask(&self, request: impl FnOnce(Reply) -> Request) -> Result<u64, ActorError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| ActorError::Closed)?;
        answer.await.unwrap_or(Err(ActorError::Closed))
    }
}
