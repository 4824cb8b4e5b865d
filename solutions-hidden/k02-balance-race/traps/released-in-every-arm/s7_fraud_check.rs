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
        self.reserve(a, cents)?;
        let refusal = match timeout(RISK_LIMIT, risk.assess(a, cents)).await {
            Ok(Ok(Verdict::Approve)) => return Ok(self.available(a)),
            Ok(Ok(Verdict::Deny)) => WithdrawError::Denied,
            Ok(Err(RiskUnavailable)) => WithdrawError::RiskUnavailable,
            Err(_elapsed) => WithdrawError::RiskTimeout,
        };
        self.accounts()[a.0] += cents;
        Err(refusal)
    }

    pub fn available(&self, a: AccountId) -> u64 {
        self.accounts().get(a.0).copied().unwrap_or(0)
    }

    fn reserve(&self, a: AccountId, cents: u64) -> Result<(), WithdrawError> {
        let mut accounts = self.accounts();
        let available = accounts.get_mut(a.0).ok_or(WithdrawError::UnknownAccount(a))?;
        *available = available
            .checked_sub(cents)
            .ok_or(WithdrawError::Insufficient { available: *available })?;
        Ok(())
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<u64>> {
        self.available.lock().expect("nothing panics while it holds this lock")
    }
}
