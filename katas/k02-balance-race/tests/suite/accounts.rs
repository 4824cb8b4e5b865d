//! What every [`Account`] must do, however it is built: step 2 and step 5 ask the same.
//!
//! The scenarios of two lanes compare with the endings of the two serial orders: calls that are
//! atomic have no other.

use std::cell::Cell;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Arc;

use k02_given::{Account, Insufficient, Overflow};
use model::fault::{Ended, panic_at, places};

use crate::say::{one_of, same};

pub fn answers_tell_the_new_balance<A: Account>(open: fn(u64) -> A) {
    let account = open(100);
    same("The balance of a new account of 100", account.balance(), 100);
    same("Withdraw 70 from 100", account.withdraw(70), Ok(30));
    same("The balance after withdrawing 70 from 100", account.balance(), 30);
    same("Withdraw nothing from 30", account.withdraw(0), Ok(30));
    same("Deposit 20 on 30", account.deposit(20), Ok(50));
    same("The balance after depositing 20 on 30", account.balance(), 50);
    same("Withdraw all of 50", account.withdraw(50), Ok(0));
    same("Deposit 5 on an empty account", account.deposit(5), Ok(5));
}

pub fn refused_withdrawal_changes_nothing<A: Account>(open: fn(u64) -> A) {
    let account = open(100);
    let refused: Result<u64, Insufficient> = Err(Insufficient { balance: 100 });
    same("Withdraw 101 from 100", account.withdraw(101), refused);
    same("Withdraw u64::MAX from 100", account.withdraw(u64::MAX), refused);
    same("The balance after two refused withdrawals from 100", account.balance(), 100);
    same("Withdraw 100 from 100, after two refusals", account.withdraw(100), Ok(0));
    same("Withdraw 1 from 0", account.withdraw(1), Err(Insufficient { balance: 0 }));
}

pub fn overflowing_deposit_changes_nothing<A: Account>(open: fn(u64) -> A) {
    let full = u64::MAX;
    let account = open(full - 5);
    let refused: Result<u64, Overflow> = Err(Overflow);
    same("Deposit 6 where only 5 more fit", account.deposit(6), refused);
    same("The balance after a refused deposit", account.balance(), full - 5);
    same("Deposit 5 where 5 more fit", account.deposit(5), Ok(full));
    same("Deposit 1 on a full account", account.deposit(1), refused);
    same("Withdraw 1 from a full account", account.withdraw(1), Ok(full - 1));
    same("Deposit 1 where a withdrawal made room for 1", account.deposit(1), Ok(full));
}

pub fn no_withdrawal_lost<A: Account + 'static>(open: fn(u64) -> A) {
    let saw = meet(
        open(100),
        ("A: withdraw 30", |a| a.withdraw(30)),
        ("B: withdraw 20", |a| a.withdraw(20)),
    );
    one_of(
        "100 cents; A withdraws 30 while B withdraws 20",
        &saw,
        &["A Ok(70), B Ok(50), balance 50", "A Ok(50), B Ok(80), balance 50"],
    );
}

pub fn never_negative<A: Account + 'static>(open: fn(u64) -> A) {
    let saw = meet(
        open(100),
        ("A: withdraw 70", |a| a.withdraw(70)),
        ("B: withdraw 70", |a| a.withdraw(70)),
    );
    one_of(
        "100 cents; A and B withdraw 70 each, at once",
        &saw,
        &[
            "A Ok(30), B Err(Insufficient { balance: 30 }), balance 30",
            "A Err(Insufficient { balance: 30 }), B Ok(30), balance 30",
        ],
    );
}

pub fn no_deposit_lost<A: Account + 'static>(open: fn(u64) -> A) {
    let saw =
        meet(open(100), ("A: deposit 40", |a| a.deposit(40)), ("B: deposit 20", |a| a.deposit(20)));
    one_of(
        "100 cents; A deposits 40 while B deposits 20",
        &saw,
        &["A Ok(140), B Ok(160), balance 160", "A Ok(160), B Ok(120), balance 160"],
    );
}

pub fn deposits_race_for_the_last_room<A: Account + 'static>(open: fn(u64) -> A) {
    const FULL: u64 = u64::MAX;
    let saw = meet(
        open(FULL - 10),
        ("A: deposit 10", |a| a.deposit(10)),
        ("B: deposit 10", |a| a.deposit(10)),
    );
    one_of(
        "Room for 10 more cents; A and B deposit 10 each, at once",
        &saw,
        &[
            &format!("A Ok({FULL}), B Err(Overflow), balance {FULL}"),
            &format!("A Err(Overflow), B Ok({FULL}), balance {FULL}"),
        ],
    );
}

pub fn withdrawal_meets_deposit<A: Account + 'static>(open: fn(u64) -> A) {
    let saw = meet(
        open(50),
        ("A: withdraw 70", |a| a.withdraw(70)),
        ("B: deposit 40", |a| a.deposit(40)),
    );
    one_of(
        "50 cents; A withdraws 70 while B deposits 40",
        &saw,
        &[
            "A Err(Insufficient { balance: 50 }), B Ok(90), balance 90",
            "A Ok(20), B Ok(90), balance 20",
        ],
    );
}

pub fn overtaken_again_and_again<A: Account + 'static>(open: fn(u64) -> A) {
    let three = |account: &A| [20, 10, 5].map(|cents| account.withdraw(cents));
    let saw = meet(
        open(100),
        ("A: withdraw 30", |account| account.withdraw(30)),
        ("B: withdraw 20, 10, 5", three),
    );
    one_of(
        "100 cents; A withdraws 30 while B withdraws 20, then 10, then 5",
        &saw,
        &[
            "A Ok(70), B [Ok(50), Ok(40), Ok(35)], balance 35",
            "A Ok(50), B [Ok(80), Ok(40), Ok(35)], balance 35",
            "A Ok(40), B [Ok(80), Ok(70), Ok(35)], balance 35",
            "A Ok(35), B [Ok(80), Ok(70), Ok(65)], balance 35",
        ],
    );
}

pub fn balance_shows_only_what_was_there<A: Account + 'static>(open: fn(u64) -> A) {
    let three =
        |account: &A| (account.withdraw(70), account.deposit(u64::MAX), account.withdraw(20).ok());
    let saw = meet(
        open(50),
        ("A: withdraw 70, deposit u64::MAX, withdraw 20", three),
        ("B: balance", A::balance),
    );
    one_of(
        "50 cents; A cannot withdraw 70 nor deposit u64::MAX, and then withdraws 20, while B looks \
         at the balance",
        &saw,
        &[
            "A (Err(Insufficient { balance: 50 }), Err(Overflow), Some(30)), B 50, balance 30",
            "A (Err(Insufficient { balance: 50 }), Err(Overflow), Some(30)), B 30, balance 30",
        ],
    );
}

/// A call that loses every race for as long as anybody can wait: ten thousand times another
/// one changes the balance between its look and its swap.
pub fn overtaken_ten_thousand_times<A: Account + 'static>(open: fn(u64) -> A) {
    outlasts("withdraws 30", open, |account| account.withdraw(30).ok(), START - 30);
    outlasts("deposits 30", open, |account| account.deposit(30).ok(), START + 30);
}

const START: u64 = 1_000_000;

/// `call` on an account of [`START`] leaves `after` when nobody else is there.
fn outlasts<A: Account + 'static>(
    what: &str,
    open: fn(u64) -> A,
    call: fn(&A) -> Option<u64>,
    after: u64,
) {
    const TIMES: usize = 10_001;
    let account = Arc::new(open(START));
    let taken = Rc::new(Cell::new(0));
    let other = {
        let (account, taken) = (Arc::clone(&account), Rc::clone(&taken));
        move || {
            taken.set(taken.get() + 1);
            assert!(account.withdraw(1).is_ok(), "Withdraw 1 while there is enough: refused");
        }
    };
    let answer: Option<u64> = model::overtaken("A", TIMES, other, || call(&account));
    let others = taken.get();
    // It took effect at some moment: behind all of the others, or before the last of them.
    assert!(
        answer.is_some_and(|left| (after - others..=after).contains(&left)),
        "A {what} on {START}; before each of its steps B withdraws 1, {TIMES} times at most.\n\
         Expected: A has its way in the end, and is told the balance\n\
         Saw:      {}, after {others} withdrawals of B",
        answer.map_or("refused".to_owned(), |left| left.to_string())
    );
    same(
        format!("The balance after A {what} and B 1, {others} times"),
        account.balance(),
        after - others,
    );
}

/// Three calls: A stands still before each of its steps, then B before each of its own, while C
/// runs from start to end. So B, too, loses races, and must not need A for what it does then.
pub fn loser_waits_for_nobody<A: Account + 'static>(open: fn(u64) -> A) {
    const TIMES: usize = 40;
    let account = Arc::new(open(1_000_000));
    let again = Arc::clone(&account);
    // What they answer is another test's business.
    let b = move || {
        let third = Arc::clone(&again);
        let c = move || {
            let _: bool = third.deposit(1).is_ok();
        };
        let _: bool = model::overtaken("B", TIMES, c, || again.withdraw(1).is_ok());
    };
    let _: bool = model::overtaken("A", TIMES, b, || account.withdraw(30).is_ok());
}

/// A thread dies at each operation of each call in turn; the account must serve the next one.
pub fn serves_after_a_panic<A: Account>(open: fn(u64) -> A) {
    dies("withdraw(70)", open, |account| account.withdraw(70).ok(), 30);
    dies("deposit(20)", open, |account| account.deposit(20).ok(), 120);
    dies("balance()", open, |account| Some(account.balance()), 100);
}

/// `call` on an account of 100 answers `after` and leaves `after`; it dies at every operation.
fn dies<A: Account>(name: &str, open: fn(u64) -> A, call: fn(&A) -> Option<u64>, after: u64) {
    // What is left are the destructors of a lock made by hand, if it is one.
    let places = places(|| open(100), call);
    for n in (1..=places).chain([usize::MAX]) {
        let account = open(100);
        let ended = panic_at(n, || call(&account));
        let _after = (ended == Ended::Panicked).then(|| {
            suite::preface(format!(
                "The test let one thread panic inside {name}, at its operation {n}.\n\
                 After that the account failed:"
            ))
        });
        let left: u64 = account.balance();
        let allowed = if ended == Ended::Panicked { vec![100, after] } else { vec![after] };
        assert!(
            allowed.contains(&left),
            "A thread panicked during {name} on 100; the balance that the others find.\n\
             Expected: one of {allowed:?}\nSaw:      {left}"
        );
        same("Deposit 10 after another thread's panic", account.deposit(10), Ok(left + 10));
        same("Withdraw 10 after another thread's panic", account.withdraw(10), Ok(left));
        if let Ended::Completed(answer) = ended {
            return same(format!("{name} on 100, undisturbed"), answer, Some(after));
        }
    }
}

/// Two lanes make one call each; what they were answered, and the balance at the end.
fn meet<A: Account + 'static, X, Y>(
    account: A,
    a: (&'static str, fn(&A) -> X),
    b: (&'static str, fn(&A) -> Y),
) -> String
where
    X: Debug + Send + 'static,
    Y: Debug + Send + 'static,
{
    let account = Arc::new(account);
    let lane_a = {
        let account = Arc::clone(&account);
        model::lane(a.0, move || a.1(&account))
    };
    let lane_b = {
        let account = Arc::clone(&account);
        model::lane(b.0, move || b.1(&account))
    };
    let (a, b) = (lane_a.join().expect("A returns"), lane_b.join().expect("B returns"));
    format!("A {a:?}, B {b:?}, balance {}", account.balance())
}
