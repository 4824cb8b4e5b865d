//! Step 5: no lock at all.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The check and the write are one compare-and-swap, tried again when another thread came first.
///
/// `Relaxed` is enough: all threads agree on the order of changes of one variable, and no other
/// memory is published through it.
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
        let mut balance = self.balance.load(Relaxed);
        for _ in 0..10 {
            let rest = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
            match self.balance.compare_exchange(balance, rest, Relaxed, Relaxed) {
                Ok(_) => return Ok(rest),
                Err(newer) => balance = newer,
            }
        }
        Err(Insufficient { balance })
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        self.balance
            .fetch_update(Relaxed, Relaxed, |balance| balance.checked_add(cents))
            .map(|before| before + cents)
            .map_err(|_| Overflow)
    }

    fn balance(&self) -> u64 {
        self.balance.load(Relaxed)
    }
}
