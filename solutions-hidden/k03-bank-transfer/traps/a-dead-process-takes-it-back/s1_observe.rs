//! Step 1: see it break.

use k03_given::{Account, Books, Kill, Violation};

/// A transfer that was not finished has not happened.
pub fn left_behind(at: Kill) -> Books {
    match at {
        Kill::BeforeDebit | Kill::AfterDebit | Kill::BeforeCredit => Books { giver: 100, taker: 0 },
        Kill::AfterCredit => Books { giver: 70, taker: 30 },
    }
}

/// The second process knows nothing of the first: it debits and credits once more, on top of
/// whatever is there. After the last kill the total is right, and 30 have been paid twice.
pub fn after_asking_again(at: Kill) -> Books {
    let Books { giver, taker } = left_behind(at);
    Books { giver: giver - 30, taker: taker + 30 }
}

/// The same accounts, none overdrawn, the same sum.
pub fn check_invariant(before: &[Account], after: &[Account]) -> Result<(), Violation> {
    if ids(before) != ids(after) {
        return Err(Violation::Accounts);
    }
    let overdrawn = after.iter().filter(|account| account.balance < 0).map(|account| account.id);
    if let Some(id) = overdrawn.min() {
        return Err(Violation::Negative(id));
    }
    let (before, after) = (total(before), total(after));
    if before == after { Ok(()) } else { Err(Violation::Total { before, after }) }
}

/// Rows have no order, so they are given one.
fn ids(accounts: &[Account]) -> Vec<i64> {
    let mut ids: Vec<i64> = accounts.iter().map(|account| account.id).collect();
    ids.sort_unstable();
    ids
}

/// Wider than a balance: two balances alone can exceed an `i64`.
fn total(accounts: &[Account]) -> i128 {
    accounts.iter().map(|account| i128::from(account.balance)).sum()
}
