//! Step 5: no lock at all.

use k02_given::{Account, Insufficient, Overflow};

/// An account without a lock: wherever one thread is stopped, no other has to wait for it.
///
/// Use [`crate::sync::atomic`].
pub struct AtomicAccount {}

impl AtomicAccount {
    /// An account that holds `cents`.
    pub fn new(cents: u64) -> Self {
        todo!("what must the account hold?")
    }
}

impl Account for AtomicAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        todo!("take cents out, or refuse, in one indivisible step")
    }

    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        todo!("put cents in, or refuse, in one indivisible step")
    }

    fn balance(&self) -> u64 {
        todo!("how many cents are there?")
    }
}
