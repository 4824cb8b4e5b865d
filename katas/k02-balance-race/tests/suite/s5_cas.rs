use std::sync::Arc;

use k02::s5_cas::AtomicAccount;
use k02_given::{Account, Insufficient, Overflow};

use crate::accounts;

/// A withdrawal and a deposit answer with the balance right after them.
#[suite::test]
fn answers_tell_the_new_balance() {
    accounts::answers_tell_the_new_balance(AtomicAccount::new);
}

/// What cannot be is refused and leaves the balance untouched: neither more money out than there
/// is, nor more in than fits.
#[suite::test]
fn refusals_change_nothing() {
    accounts::refused_withdrawal_changes_nothing(AtomicAccount::new);
    accounts::overflowing_deposit_changes_nothing(AtomicAccount::new);
}

/// However two withdrawals overlap, both are taken off: whoever comes second starts from what the
/// first has left, and is not refused for having been second.
#[suite::test(model)]
fn loom_no_withdrawal_lost() {
    accounts::no_withdrawal_lost(AtomicAccount::new);
}

/// However often others are faster, a withdrawal that the money covers is paid in the end: to lose
/// a race is no reason to refuse.
#[suite::test]
fn overtaken_withdrawal_is_still_paid() {
    let few = model::explore(|| accounts::overtaken_again_and_again(AtomicAccount::new));
    few.unwrap_or_else(|outcome| suite::fail(*outcome));
    accounts::overtaken_ten_thousand_times(AtomicAccount::new);
}

/// However two withdrawals overlap, only money that is there is paid out: the check holds for the
/// very value that is replaced.
#[suite::test(model)]
fn loom_never_negative() {
    accounts::never_negative(AtomicAccount::new);
}

/// However two deposits overlap, both arrive: neither overwrites the other.
#[suite::test(model)]
fn loom_no_deposit_lost() {
    accounts::no_deposit_lost(AtomicAccount::new);
}

/// When two deposits want the last room in the account, one gets it and the other is refused.
#[suite::test(model)]
fn loom_deposits_race_for_the_last_room() {
    accounts::deposits_race_for_the_last_room(AtomicAccount::new);
}

/// When a withdrawal meets a deposit, it sees the balance before the deposit or after it, and
/// tells the one that it saw.
#[suite::test(model)]
fn loom_withdrawal_meets_deposit() {
    accounts::withdrawal_meets_deposit(AtomicAccount::new);
}

/// Whoever looks at the balance sees one that the account really had: what is refused, a withdrawal
/// or a deposit, leaves no trace, not even for a moment.
#[suite::test(model)]
fn loom_balance_shows_only_what_was_there() {
    accounts::balance_shows_only_what_was_there(AtomicAccount::new);
}

type Call = fn(&AtomicAccount);

/// Each call once; the money covers all that two lanes can ask for.
const CALLS: [(&str, Call); 3] = [
    ("A: withdraw", |account| {
        let answer: Result<u64, Insufficient> = account.withdraw(30);
        assert!(answer.is_ok(), "Withdraw 30 while there is enough.\nSaw:      {answer:?}");
    }),
    ("A: deposit", |account| {
        let answer: Result<u64, Overflow> = account.deposit(20);
        assert!(answer.is_ok(), "Deposit 20 while there is room.\nSaw:      {answer:?}");
    }),
    ("A: balance", |account| {
        let balance: u64 = account.balance();
        assert!((40..=140).contains(&balance), "A balance of about 100.\nSaw:      {balance}");
    }),
];

/// Wherever a thread is stopped, even for ever, the others get through: a flag or a lock that only
/// its owner can clear would keep them waiting.
#[suite::test(deadline = 3)]
fn stopped_thread_blocks_nobody() {
    for (name, call) in CALLS {
        model::blocks_nobody(name, "B: withdraw, deposit, balance", move || {
            let account = Arc::new(AtomicAccount::new(100));
            let other = Arc::clone(&account);
            let all = move || {
                for (_, call) in CALLS {
                    call(&other);
                }
            };
            (move || call(&account), all)
        });
    }
    accounts::loser_waits_for_nobody(AtomicAccount::new);
    accounts::serves_after_a_panic(AtomicAccount::new);
}
