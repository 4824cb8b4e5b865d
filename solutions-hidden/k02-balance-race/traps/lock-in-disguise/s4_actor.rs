//! Step 4: one owner.

use std::sync::Arc;

use k02_given::{ActorError, Insufficient, Overflow};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// Starts a task that waits for the end; callers change the balance themselves, under a lock.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    let balance = Arc::new(Mutex::new(start));
    let (open, mut opened) = watch::channel(true);
    let at_end = Arc::clone(&balance);
    let owner = tokio::spawn(async move {
        let _ = opened.wait_for(|open| !open).await;
        *at_end.lock().await
    });
    (AccountHandle { balance, open: Arc::new(open) }, owner)
}

/// A way to change one account's balance.
#[derive(Clone)]
pub struct AccountHandle {
    balance: Arc<Mutex<u64>>,
    open: Arc<watch::Sender<bool>>,
}

impl AccountHandle {
    pub async fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        self.change(|balance| Ok(balance.checked_sub(cents).ok_or(Insufficient { balance })?)).await
    }

    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        self.change(|balance| Ok(balance.checked_add(cents).ok_or(Overflow)?)).await
    }

    pub fn close(&self) {
        self.open.send_replace(false);
    }

    async fn change(
        &self,
        change: impl FnOnce(u64) -> Result<u64, ActorError>,
    ) -> Result<u64, ActorError> {
        let mut balance = self.balance.lock().await;
        if !*self.open.borrow() {
            return Err(ActorError::Closed);
        }
        *balance = change(*balance)?;
        Ok(*balance)
    }
}
