//! Step 3: two accounts.

use k02_given::{AccountId, TransferError};

/// Accounts that any number of threads move money between, at once.
///
/// Transfers that have no account in common never wait for each other, not even for a moment.
pub struct Bank {}

impl Bank {
    /// A bank with one account for each number in `cents`; account `n` holds `cents[n]`.
    pub fn new(cents: &[u64]) -> Self {
        todo!("what does a bank hold, so that unrelated transfers do not meet?")
    }

    /// Moves `cents` from one account to another: all of it or nothing.
    ///
    /// However the threads are scheduled, every transfer comes to its end: one that only tries its
    /// locks and starts again where one is taken may do so for ever.
    ///
    /// Nobody ever sees the money missing, or twice. A transfer from an account to itself changes
    /// nothing; it is refused only where the account does not exist or holds less than `cents`.
    ///
    /// # Errors
    /// [`TransferError::UnknownAccount`] for an account that the bank does not have,
    /// [`TransferError::Insufficient`] when `from` holds less than `cents`,
    /// [`TransferError::Overflow`] when `to` would hold more than [`u64::MAX`]. Where
    /// several of these are true, either may be told.
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        cents: u64,
    ) -> Result<(), TransferError> {
        todo!("move the money, or refuse")
    }

    /// What account `id` holds, or `None` when the bank has no such account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        todo!("how many cents does account {} hold?", id.0)
    }

    /// The auditor's question: how much do all accounts hold together, at one moment?
    ///
    /// Wider than an account's balance, because the sum of two of those may not fit into a `u64`.
    pub fn total(&self) -> u128 {
        todo!("the sum over all accounts")
    }
}
