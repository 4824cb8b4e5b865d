//! Step 5: no lock at all.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::atomic::{AtomicU64, Ordering};

/// Read, compute, and swap only if nobody came in between; else start again from what they left.
pub struct AtomicAccount {
    balance: AtomicU64,
}

impl AtomicAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { balance: AtomicU64::new(cents) }
    }
}

impl Account for AtomicAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        let mut balance = self.balance.load(Ordering::Acquire);
        loop {
            let next = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
            match self.balance.compare_exchange_weak(
                balance,
                next,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return Ok(next),
                Err(newer) => balance = newer,
            }
        }
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        let mut balance = self.balance.load(Ordering::Acquire);
        loop {
            let next = balance.checked_add(cents).ok_or(Overflow)?;
            match self.balance.compare_exchange_weak(
                balance,
                next,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return Ok(next),
                Err(newer) => balance = newer,
            }
        }
    }

    fn balance(&self) -> u64 {
        self.balance.load(Ordering::Acquire)
    }
}
