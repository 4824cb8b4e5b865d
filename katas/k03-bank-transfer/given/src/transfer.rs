/// An order to move money.
///
/// Whoever made it has looked at it already: `cents` is more than 0, and `from` is not `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Chosen by the caller, for this one transfer. Steps 2 and 3 do not use it.
    pub id: i64,
    /// The account that gives.
    pub from: i64,
    /// The account that receives.
    pub to: i64,
    pub cents: i64,
}

/// How a transfer ended that PostgreSQL had nothing against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it happened.
    Done,
    /// `from` holds less than `cents`. Nothing happened.
    InsufficientFunds,
    /// There is no account `from`, or no account `to`. Nothing happened.
    UnknownAccount,
}

/// An account whose balance is not what its transfers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discrepancy {
    pub account: i64,
    /// Its opening balance, plus what it received, less what it gave.
    pub expected: i64,
    /// What it holds.
    pub actual: i64,
}
