//! Step 1: see it break.
//!
//! Account 1 holds 100 and account 2 holds 0. A process moves 30 from 1 to 2, by this program:
//!
//! ```text
//! 1  ledger.debit(1, 30)
//! 2  ledger.credit(2, 30)
//! 3  answer "done"
//! ```
//!
//! A deploy kills the process. The ledger lives on: it is on a disk.

use k03_given::{Account, Books, Kill, Violation};

/// Your prediction: what the accounts hold after the process was killed at this point, when nobody
/// does anything about it.
pub fn left_behind(at: Kill) -> Books {
    todo!("what has had its effect by then, and what has not?")
}

/// Your prediction: what they hold when the caller, who got no answer, asks again, and the second
/// process runs the same program from line 1 to its end.
pub fn after_asking_again(at: Kill) -> Books {
    todo!("what does the second process know of the first?")
}

/// The check that reconciliation makes each night: whether `after` can have come from `before` by
/// transfers alone.
///
/// The rows come in any order, balances may be as large as an `i64` can hold, and there may be any
/// number of accounts.
///
/// # Errors
/// The first of these that is true, in this order: [`Violation::Accounts`] when the accounts are
/// not the same; [`Violation::Negative`] when an account of `after` is overdrawn, for the one with
/// the smallest id; [`Violation::Total`] when the sums differ.
pub fn check_invariant(before: &[Account], after: &[Account]) -> Result<(), Violation> {
    todo!("what is true of the books before and after any transfer?")
}
