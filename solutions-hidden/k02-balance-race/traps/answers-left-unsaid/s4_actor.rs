//! Step 4: one owner.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use k02_given::{ActorError, Insufficient, Overflow};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

#[derive(Clone, Copy)]
enum Change {
    Withdraw(u64),
    Deposit(u64),
}

struct Request {
    change: Change,
    slot: Arc<Slot>,
}

/// Where one caller finds its answer.
#[derive(Default)]
struct Slot {
    answer: Mutex<Option<Result<u64, ActorError>>>,
    filled: Notify,
}

impl Slot {
    fn fill(&self, answer: Result<u64, ActorError>) {
        *self.answer.lock().expect("no panic under this lock") = Some(answer);
        self.filled.notify_one();
    }

    async fn read(&self) -> Result<u64, ActorError> {
        self.filled.notified().await;
        self.answer.lock().expect("no panic under this lock").expect("filled before the signal")
    }
}

struct Mailbox {
    /// One permit a free place. Closed when the account is.
    places: Semaphore,
    queue: Mutex<VecDeque<Request>>,
    bell: Notify,
}

impl Mailbox {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.queue.lock().expect("no panic under this lock")
    }

    fn close(&self) {
        self.places.close();
        self.bell.notify_one();
    }
}

/// Starts the owner of a new account: a task that alone holds the balance.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    let mailbox = Arc::new(Mailbox {
        places: Semaphore::new(mailbox),
        queue: Mutex::default(),
        bell: Notify::new(),
    });
    let owner = tokio::spawn(own(start, Arc::clone(&mailbox)));
    (AccountHandle { door: Arc::new(Door { mailbox }) }, owner)
}

async fn own(mut balance: u64, mailbox: Arc<Mailbox>) -> u64 {
    loop {
        if mailbox.places.is_closed() {
            return balance;
        }
        let request = mailbox.queue().pop_front();
        if let Some(Request { change, slot }) = request {
            mailbox.places.add_permits(1);
            slot.fill(carry_out(&mut balance, change));
        } else {
            mailbox.bell.notified().await;
        }
    }
}

fn carry_out(balance: &mut u64, change: Change) -> Result<u64, ActorError> {
    let changed = match change {
        Change::Withdraw(cents) => {
            balance.checked_sub(cents).ok_or(Insufficient { balance: *balance })?
        }
        Change::Deposit(cents) => balance.checked_add(cents).ok_or(Overflow)?,
    };
    *balance = changed;
    Ok(changed)
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct AccountHandle {
    door: Arc<Door>,
}

/// Shared by all handles, so that its end is the end of the last one.
struct Door {
    mailbox: Arc<Mailbox>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.mailbox.close();
    }
}

impl AccountHandle {
    pub async fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(Change::Withdraw(cents)).await
    }

    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        self.ask(Change::Deposit(cents)).await
    }

    /// Closes the account, for all handles.
    pub fn close(&self) {
        self.door.mailbox.close();
    }

    async fn ask(&self, change: Change) -> Result<u64, ActorError> {
        let mailbox = &self.door.mailbox;
        let place = mailbox.places.acquire().await.map_err(|_| ActorError::Closed)?;
        let slot = Arc::new(Slot::default());
        {
            let mut queue = mailbox.queue();
            // Under the lock: the owner, which looks at the queue before it ends, sees either.
            if mailbox.places.is_closed() {
                return Err(ActorError::Closed);
            }
            // The owner gives the permit back when it takes the request out.
            place.forget();
            queue.push_back(Request { change, slot: Arc::clone(&slot) });
        }
        mailbox.bell.notify_one();
        slot.read().await
    }
}
