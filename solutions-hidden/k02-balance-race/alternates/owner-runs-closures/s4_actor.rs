//! Step 4: one owner.

use std::sync::Arc;

use k02_given::{ActorError, Insufficient, Overflow};
use tokio::select;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// What to do to the balance, and whom to tell.
type Job = Box<dyn FnOnce(&mut u64) + Send>;

/// Starts the owner of a new account: a task that alone holds the balance.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    let (jobs, mut inbox) = mpsc::channel::<Job>(mailbox);
    let (open, mut opened) = watch::channel(true);
    let owner = tokio::spawn(async move {
        let mut balance = start;
        let mut batch = Vec::new();
        let mut listening = true;
        loop {
            select! {
                _ = opened.wait_for(|open| !open), if listening => {
                    inbox.close();
                    listening = false;
                }
                taken = inbox.recv_many(&mut batch, mailbox) => {
                    if taken == 0 {
                        return balance;
                    }
                    for job in batch.drain(..) {
                        job(&mut balance);
                    }
                }
            }
        }
    });
    (AccountHandle { jobs, open: Arc::new(open) }, owner)
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct AccountHandle {
    jobs: mpsc::Sender<Job>,
    open: Arc<watch::Sender<bool>>,
}

impl AccountHandle {
    pub async fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(move |balance| {
            let left = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
            Ok(left)
        })
        .await
    }

    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(move |balance| Ok(balance.checked_add(cents).ok_or(Overflow)?)).await
    }

    /// Closes the account, for all handles.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    /// Replaces the balance by what `change` makes of it, or leaves it.
    async fn ask(
        &self,
        change: impl FnOnce(u64) -> Result<u64, ActorError> + Send + 'static,
    ) -> Result<u64, ActorError> {
        if !*self.open.borrow() {
            return Err(ActorError::Closed);
        }
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |balance| {
            let changed = change(*balance);
            *balance = changed.unwrap_or(*balance);
            let _ = reply.send(changed);
        });
        self.jobs.send(job).await.map_err(|_| ActorError::Closed)?;
        answer.await.unwrap_or(Err(ActorError::Closed))
    }
}
