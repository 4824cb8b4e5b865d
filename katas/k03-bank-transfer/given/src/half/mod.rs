//! A transfer in two calls, and a process that is killed in the middle of it.
//!
//! ```text
//! 1  ledger.debit(from, cents)
//! 2  ledger.credit(to, cents)
//! 3  answer "done"
//! ```

mod sweep;

pub use sweep::{ASKED, BEFORE, judge};

use std::fmt;

use crate::Transfer;

/// An account in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    /// In cents. Books that are in order hold no negative one.
    pub balance: i64,
}

/// What the two accounts of a transfer hold, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    pub giver: i64,
    pub taker: i64,
}

/// Where the process is killed: before or after a call of the ledger has had its effect. In both
/// cases the process does not get the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    BeforeDebit,
    AfterDebit,
    BeforeCredit,
    AfterCredit,
}

/// What is wrong with the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The accounts are not the same as before: one is missing, is new, or is there twice.
    Accounts,
    /// This account is overdrawn.
    Negative(i64),
    /// Money has appeared or vanished.
    Total { before: i128, after: i128 },
}

/// Where balances are kept: on a disk, that is. It outlives the process.
pub trait Ledger {
    fn debit(&self, account: i64, cents: i64) -> impl Future<Output = ()> + Send;
    fn credit(&self, account: i64, cents: i64) -> impl Future<Output = ()> + Send;
}

/// A transfer as one writes it first.
pub async fn transfer_naive(ledger: &impl Ledger, t: &Transfer) {
    ledger.debit(t.from, t.cents).await;
    ledger.credit(t.to, t.cents).await;
}

impl Kill {
    /// In the order in which the process comes by.
    pub const ALL: [Self; 4] =
        [Self::BeforeDebit, Self::AfterDebit, Self::BeforeCredit, Self::AfterCredit];
}

impl Books {
    /// As rows: the giver is account 1, the taker is account 2.
    pub fn accounts(self) -> [Account; 2] {
        [Account { id: 1, balance: self.giver }, Account { id: 2, balance: self.taker }]
    }

    pub fn total(self) -> i64 {
        self.giver + self.taker
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "giver {}, taker {}", self.giver, self.taker)
    }
}
