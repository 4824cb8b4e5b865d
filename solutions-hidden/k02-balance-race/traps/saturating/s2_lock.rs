//! Step 2: one lock.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::{Mutex, MutexGuard, PoisonError};

/// The lock owns the balance: without it there is no way to look or to write.
pub struct LockAccount {
    balance: Mutex<u64>,
}

impl LockAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { balance: Mutex::new(cents) }
    }

    /// A poisoned lock is taken all the same: each change below is one assignment, so a thread
    /// that panicked left the balance before its call or after it, never between.
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.balance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        let mut balance = self.lock();
        if *balance == 0 && cents > 0 {
            return Err(Insufficient { balance: 0 });
        }
        *balance = balance.saturating_sub(cents);
        Ok(*balance)
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        let mut balance = self.lock();
        *balance = balance.checked_add(cents).ok_or(Overflow)?;
        Ok(*balance)
    }

    fn balance(&self) -> u64 {
        *self.lock()
    }
}
