//! Step 2: one lock.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::Mutex;

/// The balance is only ever seen inside [`LockAccount::update`], so a call cannot be split over
/// two locks by accident.
pub struct LockAccount {
    balance: Mutex<u64>,
}

impl LockAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { balance: Mutex::new(cents) }
    }

    /// Replaces the balance by what `change` makes of it; an error leaves it.
    fn update<E>(&self, change: impl FnOnce(u64) -> Result<u64, E>) -> Result<u64, E> {
        let mut balance = match self.balance.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        let next = change(*balance)?;
        *balance = next;
        Ok(next)
    }
}

impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        self.update(|balance| balance.checked_sub(cents).ok_or(Insufficient { balance }))
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        self.update(|balance| balance.checked_add(cents).ok_or(Overflow))
    }

    fn balance(&self) -> u64 {
        self.update(Ok::<u64, Overflow>).unwrap_or_default()
    }
}
