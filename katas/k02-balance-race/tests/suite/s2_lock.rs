use k02::s2_lock::LockAccount;

use crate::accounts;

/// A withdrawal and a deposit answer with the balance right after them.
#[suite::test]
fn answers_tell_the_new_balance() {
    accounts::answers_tell_the_new_balance(LockAccount::new);
}

/// A withdrawal of more than there is is refused, tells what there is, and leaves it untouched.
#[suite::test]
fn refused_withdrawal_changes_nothing() {
    accounts::refused_withdrawal_changes_nothing(LockAccount::new);
}

/// A deposit that does not fit is refused and leaves the balance untouched: money never wraps
/// around to 0.
#[suite::test]
fn overflowing_deposit_changes_nothing() {
    accounts::overflowing_deposit_changes_nothing(LockAccount::new);
}

/// However two withdrawals overlap, both are taken off: neither overwrites the other.
#[suite::test(model)]
fn loom_no_withdrawal_lost() {
    accounts::no_withdrawal_lost(LockAccount::new);
}

/// However two withdrawals overlap, only money that is there is paid out: what was checked must
/// still be true when it is taken off.
#[suite::test(model)]
fn loom_never_negative() {
    accounts::never_negative(LockAccount::new);
}

/// However two deposits overlap, both arrive: neither overwrites the other.
#[suite::test(model)]
fn loom_no_deposit_lost() {
    accounts::no_deposit_lost(LockAccount::new);
}

/// When two deposits want the last room in the account, one gets it and the other is refused.
#[suite::test(model)]
fn loom_deposits_race_for_the_last_room() {
    accounts::deposits_race_for_the_last_room(LockAccount::new);
}

/// When a withdrawal meets a deposit, it sees the balance before the deposit or after it, and
/// tells the one that it saw.
#[suite::test(model)]
fn loom_withdrawal_meets_deposit() {
    accounts::withdrawal_meets_deposit(LockAccount::new);
}

/// Whoever looks at the balance sees one that the account really had: what is refused, a withdrawal
/// or a deposit, leaves no trace, not even for a moment.
#[suite::test(model)]
fn loom_balance_shows_only_what_was_there() {
    accounts::balance_shows_only_what_was_there(LockAccount::new);
}

/// A thread that panics while it holds the lock poisons it; the account must go on serving the
/// others, with the balance before that thread's call or after it.
#[suite::test(deadline = 3)]
fn poisoned_lock_does_not_wedge() {
    accounts::serves_after_a_panic(LockAccount::new);
}
