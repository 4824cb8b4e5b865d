//! Step 7: a slow question in the middle.

use k02_given::{AccountId, RISK_LIMIT, RiskCheck, RiskUnavailable, Verdict, WithdrawError};
use tokio::time::timeout;

use crate::sync::{Mutex, MutexGuard};

/// Accounts whose withdrawals are checked for fraud, by a service that may take its time.
pub struct AsyncBank {
    /// What each account holds, less what is reserved. Locked for a moment at a time, and never
    /// across an `.await`.
    available: Mutex<Vec<u64>>,
}

impl AsyncBank {
    pub fn new(cents: &[u64]) -> Self {
        Self { available: Mutex::new(cents.to_vec()) }
    }

    pub async fn withdraw_checked(
        &self,
        a: AccountId,
        cents: u64,
        risk: &impl RiskCheck,
    ) -> Result<u64, WithdrawError> {
        let _reservation = self.reserve(a, cents)?;
        match timeout(RISK_LIMIT, risk.assess(a, cents)).await {
            Ok(Ok(Verdict::Approve)) => Ok(self.available(a)),
            Ok(Ok(Verdict::Deny)) => Err(WithdrawError::Denied),
            Ok(Err(RiskUnavailable)) => Err(WithdrawError::RiskUnavailable),
            Err(_elapsed) => Err(WithdrawError::RiskTimeout),
        }
    }

    pub fn available(&self, a: AccountId) -> u64 {
        self.accounts().get(a.0).copied().unwrap_or(0)
    }

    fn reserve(&self, a: AccountId, cents: u64) -> Result<Reservation<'_>, WithdrawError> {
        let mut accounts = self.accounts();
        let available = accounts.get_mut(a.0).ok_or(WithdrawError::UnknownAccount(a))?;
        *available = available
            .checked_sub(cents)
            .ok_or(WithdrawError::Insufficient { available: *available })?;
        Ok(Reservation { bank: self, account: a, cents })
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<u64>> {
        self.available.lock().expect("nothing panics while it holds this lock")
    }
}

/// Money set aside for one withdrawal. However that ends, `drop` gives back what was not debited:
/// on a refusal, a time limit, a panic, and when the future is dropped in the middle.
struct Reservation<'a> {
    bank: &'a AsyncBank,
    account: AccountId,
    cents: u64,
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.bank.accounts()[self.account.0] += self.cents;
    }
}
