//! Step 5: no lock at all.

use k02_given::{Account, Insufficient, Overflow};

use crate::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use crate::thread;

/// A flag says that somebody is at work.
pub struct AtomicAccount {
    busy: AtomicBool,
    balance: AtomicU64,
}

impl AtomicAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        Self { busy: AtomicBool::new(false), balance: AtomicU64::new(cents) }
    }

    fn alone<T>(&self, work: impl FnOnce(u64) -> (u64, T)) -> T {
        while self.busy.compare_exchange(false, true, Acquire, Relaxed).is_err() {
            thread::yield_now();
        }
        let (balance, answer) = work(self.balance.load(Relaxed));
        self.balance.store(balance, Relaxed);
        self.busy.store(false, Release);
        answer
    }
}

impl Account for AtomicAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        self.alone(|balance| match balance.checked_sub(cents) {
            Some(rest) => (rest, Ok(rest)),
            None => (balance, Err(Insufficient { balance })),
        })
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        self.alone(|balance| match balance.checked_add(cents) {
            Some(sum) => (sum, Ok(sum)),
            None => (balance, Err(Overflow)),
        })
    }

    fn balance(&self) -> u64 {
        self.alone(|balance| (balance, balance))
    }
}
