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
        self.enough(a, cents)?;
        match timeout(RISK_LIMIT, risk.assess(a, cents)).await {
            Ok(Ok(Verdict::Approve)) => {
                let left = self.enough(a, cents)?;
                self.accounts()[a.0] = left;
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

    /// What would be left.
    fn enough(&self, a: AccountId, cents: u64) -> Result<u64, WithdrawError> {
        let available = *self.accounts().get(a.0).ok_or(WithdrawError::UnknownAccount(a))?;
        available.checked_sub(cents).ok_or(WithdrawError::Insufficient { available })
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<u64>> {
        self.available.lock().expect("nothing panics while it holds this lock")
    }
}
