//! Step 2: one lock.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};
use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Threads take turns by themselves: whoever finds the account in use sleeps until it is free.
pub struct LockAccount {
    in_use: Mutex<bool>,
    free: Condvar,
    /// Touched only by the thread whose turn it is.
    balance: AtomicU64,
}

impl LockAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { in_use: Mutex::new(false), free: Condvar::new(), balance: AtomicU64::new(cents) }
    }

    fn turn(&self) -> Turn<'_> {
        let mut in_use = self.in_use();
        if *in_use {
            in_use = self.free.wait(in_use).unwrap_or_else(PoisonError::into_inner);
        }
        *in_use = true;
        Turn(self)
    }

    fn in_use(&self) -> MutexGuard<'_, bool> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account is in use until this is dropped, by a panic too.
struct Turn<'a>(&'a LockAccount);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.in_use() = false;
        self.0.free.notify_one();
    }
}

impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        let _turn = self.turn();
        let balance = self.balance.load(Relaxed);
        let rest = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
        self.balance.store(rest, Relaxed);
        Ok(rest)
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        let _turn = self.turn();
        let sum = self.balance.load(Relaxed).checked_add(cents).ok_or(Overflow)?;
        self.balance.store(sum, Relaxed);
        Ok(sum)
    }

    fn balance(&self) -> u64 {
        let _turn = self.turn();
        self.balance.load(Relaxed)
    }
}
