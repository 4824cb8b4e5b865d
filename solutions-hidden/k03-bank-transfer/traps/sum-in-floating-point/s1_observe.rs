//! Step 1: see it break.

use k03_given::{Account, Books, Kill, Violation};

/// What has had its effect is on the disk; what has not is nowhere.
pub fn left_behind(at: Kill) -> Books {
    match at {
        Kill::BeforeDebit => Books { giver: 100, taker: 0 },
        Kill::AfterDebit | Kill::BeforeCredit => Books { giver: 70, taker: 0 },
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

/// Wide enough for anything.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn total(accounts: &[Account]) -> i128 {
    accounts.iter().map(|account| account.balance as f64).sum::<f64>() as i128
}
