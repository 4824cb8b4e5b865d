//! Step 7: a slow question in the middle.

use k02_given::{AccountId, RiskCheck, WithdrawError};

/// Accounts whose withdrawals are checked for fraud, by a service that may take its time.
///
/// Threads share one bank, each with a runtime of its own: it must be `Sync`. What they share, use
/// from [`crate::sync`].
pub struct AsyncBank {}

impl AsyncBank {
    /// A bank with one account for each number in `cents`; account `n` holds `cents[n]`.
    pub fn new(cents: &[u64]) -> Self {
        todo!("what must the bank remember, besides what each account holds?")
    }

    /// Takes `cents` out of account `a` if `risk` approves, and answers with what is available
    /// at the moment when that is done.
    ///
    /// The money is *reserved* before the check is asked: nobody else can spend it meanwhile, and
    /// everybody else can go on, with the same account too. The check is asked once, only about
    /// money that is there, and for [`k02_given::RISK_LIMIT`] at most. A withdrawal of 0 may ask it
    /// or not.
    ///
    /// # Errors
    /// [`WithdrawError::UnknownAccount`] for an account that the bank does not have,
    /// [`WithdrawError::Insufficient`] when less than `cents` is available: both at once, without
    /// the check. [`WithdrawError::Denied`], [`WithdrawError::RiskUnavailable`] and
    /// [`WithdrawError::RiskTimeout`] for what became of the check. After an error the money is
    /// available again.
    ///
    /// # Cancellation
    /// Dropped at any time, or unwound by a panic of the check, the money is available again.
    pub async fn withdraw_checked(
        &self,
        a: AccountId,
        cents: u64,
        risk: &impl RiskCheck,
    ) -> Result<u64, WithdrawError> {
        todo!("reserve, ask, then debit or give back")
    }

    /// What could be withdrawn from account `a` now, in cents: neither spent nor reserved. An
    /// account that the bank does not have has nothing available. Never waits for a check.
    pub fn available(&self, a: AccountId) -> u64 {
        todo!("how many cents are neither spent nor reserved?")
    }
}
