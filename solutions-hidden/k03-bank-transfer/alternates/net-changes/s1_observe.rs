//! Step 1: see it break.

use std::collections::HashMap;

use k03_given::{Account, Books, Kill, Violation};

/// By counting the effects that come before the kill.
pub fn left_behind(at: Kill) -> Books {
    let debits = i64::from(at != Kill::BeforeDebit);
    let credits = i64::from(at == Kill::AfterCredit);
    Books { giver: 100 - 30 * debits, taker: 30 * credits }
}

/// One debit and one credit more.
pub fn after_asking_again(at: Kill) -> Books {
    let left = left_behind(at);
    Books { giver: left.giver - 30, taker: left.taker + 30 }
}

/// Pairs the rows by id and adds up by how much each account has changed.
pub fn check_invariant(before: &[Account], after: &[Account]) -> Result<(), Violation> {
    let mut known: HashMap<i64, i64> = before.iter().map(|a| (a.id, a.balance)).collect();
    let mut change = 0_i128;
    for account in after {
        let balance = known.remove(&account.id).ok_or(Violation::Accounts)?;
        change += i128::from(account.balance) - i128::from(balance);
    }
    if !known.is_empty() {
        return Err(Violation::Accounts);
    }
    match after.iter().filter(|a| a.balance < 0).map(|a| a.id).min() {
        Some(id) => Err(Violation::Negative(id)),
        None if change != 0 => {
            let before = before.iter().map(|a| i128::from(a.balance)).sum();
            Err(Violation::Total { before, after: before + change })
        }
        None => Ok(()),
    }
}
