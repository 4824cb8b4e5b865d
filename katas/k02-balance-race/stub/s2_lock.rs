//! Step 2: one lock.

use k02_given::{Account, Insufficient, Overflow};

/// An account that any number of threads may use at once: they take turns.
///
/// If a thread panics while it is at work on the account, the others go on: the balance is then
/// either the one before that thread's call or the one after it.
///
/// Use what [`crate::sync`] offers.
pub struct LockAccount {}

impl LockAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        todo!("what must the account hold, so that threads can take turns?")
    }
}

impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        todo!("take cents out, or refuse")
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        todo!("put cents in, or refuse")
    }

    fn balance(&self) -> u64 {
        todo!("how many cents are there?")
    }
}
