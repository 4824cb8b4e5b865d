//! Step 7: a slow question in the middle.

use k02_given::{AccountId, RISK_LIMIT, RiskCheck, Verdict, WithdrawError};

use crate::sync::atomic::{AtomicU64, Ordering};

/// Accounts whose withdrawals are checked for fraud, by a service that may take its time.
pub struct AsyncBank {
    /// What each account holds, less what is reserved.
    available: Vec<AtomicU64>,
}

impl AsyncBank {
    pub fn new(cents: &[u64]) -> Self {
        Self { available: cents.iter().copied().map(AtomicU64::new).collect() }
    }

    pub async fn withdraw_checked(
        &self,
        a: AccountId,
        cents: u64,
        risk: &impl RiskCheck,
    ) -> Result<u64, WithdrawError> {
        let available = self.available.get(a.0).ok_or(WithdrawError::UnknownAccount(a))?;
        let reserved = Reserved::take(available, cents)?;
        let verdict = tokio::time::timeout(RISK_LIMIT, risk.assess(a, cents))
            .await
            .map_err(|_| WithdrawError::RiskTimeout)?
            .map_err(|_| WithdrawError::RiskUnavailable)?;
        match verdict {
            Verdict::Approve => Ok(reserved.spend()),
            Verdict::Deny => Err(WithdrawError::Denied),
        }
    }

    pub fn available(&self, a: AccountId) -> u64 {
        self.available.get(a.0).map_or(0, |available| available.load(Ordering::Acquire))
    }
}

/// Cents taken out of an account, for the time being.
struct Reserved<'a> {
    from: &'a AtomicU64,
    cents: u64,
}

impl<'a> Reserved<'a> {
    fn take(from: &'a AtomicU64, cents: u64) -> Result<Self, WithdrawError> {
        let available = from.load(Ordering::SeqCst);
        if available < cents {
            return Err(WithdrawError::Insufficient { available });
        }
        from.fetch_sub(cents, Ordering::SeqCst);
        Ok(Self { from, cents })
    }

    fn spend(self) -> u64 {
        let from = self.from;
        std::mem::forget(self);
        from.load(Ordering::Acquire)
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.from.fetch_add(self.cents, Ordering::AcqRel);
    }
}
