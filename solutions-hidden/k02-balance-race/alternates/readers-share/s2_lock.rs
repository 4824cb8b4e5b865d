//! Step 2: one lock.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::{PoisonError, RwLock};

/// Those who only look may look together; whoever changes the balance is alone.
pub struct LockAccount {
    balance: RwLock<u64>,
}

impl LockAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { balance: RwLock::new(cents) }
    }
}

impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        // The check needs the write lock too: between a read lock and a write lock others fit.
        let mut balance = self.balance.write().unwrap_or_else(PoisonError::into_inner);
        if *balance < cents {
            return Err(Insufficient { balance: *balance });
        }
        *balance -= cents;
        Ok(*balance)
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        let mut balance = self.balance.write().unwrap_or_else(PoisonError::into_inner);
        *balance = balance.checked_add(cents).ok_or(Overflow)?;
        Ok(*balance)
    }

    fn balance(&self) -> u64 {
        *self.balance.read().unwrap_or_else(PoisonError::into_inner)
    }
}
