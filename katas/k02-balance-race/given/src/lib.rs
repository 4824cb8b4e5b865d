//! What kata 2 gives to the learner: an account's behaviour and its refusals, and a race between
//! two withdrawals whose scheduler is the learner.

mod account;
mod owner;
pub mod race;
mod risk;

pub use account::{Account, AccountId, Insufficient, Overflow, TransferError};
pub use owner::{ActorError, Busy};
pub use race::Who;
pub use risk::{RISK_LIMIT, RiskCheck, RiskUnavailable, Verdict, WithdrawError};
