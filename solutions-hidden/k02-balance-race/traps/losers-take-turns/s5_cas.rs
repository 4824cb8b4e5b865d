//! Step 5: no lock at all.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};
use crate::sync::{Mutex, PoisonError};

/// The check and the write are one compare-and-swap, tried again when another thread came first.
///
/// `Relaxed` is enough: all threads agree on the order of changes of one variable, and no other
/// memory is published through it.
pub struct AtomicAccount {
    balance: AtomicU64,
    losers: Mutex<()>,
}

impl AtomicAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { balance: AtomicU64::new(cents), losers: Mutex::new(()) }
    }
}

impl Account for AtomicAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        let mut balance = self.balance.load(Relaxed);
        let mut patient = None;
        loop {
            let rest = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
            match self.balance.compare_exchange(balance, rest, Relaxed, Relaxed) {
                Ok(_) => return Ok(rest),
                Err(newer) => balance = newer,
            }
            // One loser at a time tries again: the losers do not disturb each other.
            if patient.is_none() {
                patient = Some(self.losers.lock().unwrap_or_else(PoisonError::into_inner));
            }
        }
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
