//! Step 7: a slow question in the middle.

use k02_given::{AccountId, RISK_LIMIT, RiskCheck, RiskUnavailable, Verdict, WithdrawError};
use tokio::time::timeout;

use crate::sync::{Mutex, MutexGuard, PoisonError};

/// Accounts whose withdrawals are checked for fraud, by a service that may take its time.
pub struct AsyncBank {
    /// What each account holds, less what is reserved. Locked while one withdrawal is under way.
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
        let mut accounts = self.accounts();
        let available = accounts.get_mut(a.0).ok_or(WithdrawError::UnknownAccount(a))?;
        let left = available
            .checked_sub(cents)
            .ok_or(WithdrawError::Insufficient { available: *available })?;
        match timeout(RISK_LIMIT, risk.assess(a, cents)).await {
            Ok(Ok(Verdict::Approve)) => {
                *available = left;
                Ok(left)
            }
            Ok(Ok(Verdict::Deny)) => Err(WithdrawError::Denied),
            Ok(Err(RiskUnavailable)) => Err(WithdrawError::RiskUnavailable),
            Err(_elapsed) => Err(WithdrawError::RiskTimeout),
        }
    }

    pub fn available(&self, a: AccountId) -> u64 {
        self.accounts().get(a.0).copied().unwrap_or(0)
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<u64>> {
        self.available.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
