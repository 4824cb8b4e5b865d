//! Step 3: two accounts.

use k02_given::{AccountId, Insufficient, Overflow, TransferError};

use crate::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// A lock for each account, taken in the order of the ids, and a gate that lets one
/// thread in at a time.
pub struct Bank {
    gate: RwLock<()>,
    accounts: Vec<Mutex<u64>>,
}

impl Bank {
    /// A bank with one account for each number in `cents`; account `n` holds `cents[n]`.
    pub fn new(cents: &[u64]) -> Self {
        Self {
            gate: RwLock::new(()),
            accounts: cents.iter().map(|cents| Mutex::new(*cents)).collect(),
        }
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
        let (giver, taker) = (self.account(from)?, self.account(to)?);
        if from == to {
            debit(*lock(giver), cents)?;
            return Ok(());
        }
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let (mut giver, mut taker) = if from < to {
            let giver = lock(giver);
            (giver, lock(taker))
        } else {
            let taker = lock(taker);
            (lock(giver), taker)
        };
        // Both decisions come before both writes: where one refuses, there is nothing to undo.
        let rest = debit(*giver, cents)?;
        let sum = taker.checked_add(cents).ok_or(Overflow)?;
        (*giver, *taker) = (rest, sum);
        Ok(())
    }

    /// What account `id` holds, or `None` when the bank has no such account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.account(id).ok().map(|account| *lock(account))
    }

    /// What all accounts hold together while the gate is closed.
    pub fn total(&self) -> u128 {
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.accounts.iter().map(|account| u128::from(*lock(account))).sum()
    }

    fn account(&self, id: AccountId) -> Result<&Mutex<u64>, TransferError> {
        self.accounts.get(id.0).ok_or(TransferError::UnknownAccount(id))
    }
}

fn lock(account: &Mutex<u64>) -> MutexGuard<'_, u64> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

fn debit(balance: u64, cents: u64) -> Result<u64, Insufficient> {
    balance.checked_sub(cents).ok_or(Insufficient { balance })
}
