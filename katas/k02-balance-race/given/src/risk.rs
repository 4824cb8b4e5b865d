use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::AccountId;

/// How long a bank waits for a risk check, at most.
pub const RISK_LIMIT: Duration = Duration::from_secs(2);

/// A fraud check in another service: slow, and sometimes it does not answer at all.
pub trait RiskCheck {
    /// May `cents` be taken out of `account`?
    ///
    /// # Errors
    /// [`RiskUnavailable`] when the service could not judge.
    ///
    /// # Cancellation
    /// The question changes nothing: its future may be dropped at any time.
    fn assess(
        &self,
        account: AccountId,
        cents: u64,
    ) -> impl Future<Output = Result<Verdict, RiskUnavailable>> + Send;
}

/// What the risk check thinks of a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Deny,
}

/// The risk check could not judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskUnavailable;

/// Why a checked withdrawal did not happen. Then nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawError {
    /// The bank has no such account.
    UnknownAccount(AccountId),
    /// What is neither spent nor reserved is less than was asked for.
    Insufficient {
        /// What could have been withdrawn at that moment, in cents.
        available: u64,
    },
    /// The risk check said no.
    Denied,
    /// The risk check could not judge.
    RiskUnavailable,
    /// The risk check took longer than [`RISK_LIMIT`].
    RiskTimeout,
}

impl fmt::Display for RiskUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the risk check could not judge")
    }
}

impl fmt::Display for WithdrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAccount(id) => write!(f, "there is no {id}"),
            Self::Insufficient { available } => write!(f, "only {available} cents are available"),
            Self::Denied => f.write_str("the risk check said no"),
            Self::RiskUnavailable => RiskUnavailable.fmt(f),
            Self::RiskTimeout => f.write_str("the risk check took too long"),
        }
    }
}

impl Error for RiskUnavailable {}
impl Error for WithdrawError {}
