//! Step 3: two accounts.

use k02_given::{AccountId, Insufficient, Overflow, TransferError};

use crate::sync::{Mutex, MutexGuard, PoisonError};

/// All accounts behind one lock.
pub struct Bank {
    accounts: Mutex<Vec<u64>>,
}

impl Bank {
    /// A bank with one account for each number in `cents`; account `n` holds `cents[n]`.
    pub fn new(cents: &[u64]) -> Self {
        Self { accounts: Mutex::new(cents.to_vec()) }
    }

    /// Moves `cents` from one account to another: all of it or nothing.
    ///
    /// # Errors
    /// When an account is unknown, `from` holds less than `cents`, or `to` cannot hold that much.
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        cents: u64,
    ) -> Result<(), TransferError> {
        let mut accounts = self.lock();
        let unknown = TransferError::UnknownAccount;
        let giver = *accounts.get(from.0).ok_or(unknown(from))?;
        let taker = *accounts.get(to.0).ok_or(unknown(to))?;
        let rest = giver.checked_sub(cents).ok_or(Insufficient { balance: giver })?;
        if from != to {
            let sum = taker.checked_add(cents).ok_or(Overflow)?;
            accounts[from.0] = rest;
            accounts[to.0] = sum;
        }
        Ok(())
    }

    /// What account `id` holds, or `None` when the bank has no such account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.lock().get(id.0).copied()
    }

    /// What all accounts hold together.
    pub fn total(&self) -> u128 {
        self.lock().iter().map(|cents| u128::from(*cents)).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
