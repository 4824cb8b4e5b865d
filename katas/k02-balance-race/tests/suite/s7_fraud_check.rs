//! Step 7: a slow question in the middle.
//!
//! The check is a double that the test holds in its hand: it answers when the test lets it, after
//! a time on a clock that stands still otherwise, or never.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use k02::s7_fraud_check::AsyncBank;
use k02_given::{AccountId, RISK_LIMIT, RiskUnavailable, Verdict, WithdrawError};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::checks::{Approves, Denies, Risk, Script};
use crate::say::{one_of, same};

type Answer = Result<u64, WithdrawError>;

/// An approved withdrawal is debited, once, and the check is asked about this account and sum.
#[suite::test(paused)]
async fn approval_debits_once() {
    let _scene = suite::context("Balances [50, 100]; the check approves at once.");
    let (bank, risk) = (AsyncBank::new(&[50, 100]), Risk::new(Script::Now(Ok(Verdict::Approve))));
    same("Withdraw 30 of 100", bank.withdraw_checked(ONE, 30, &risk).await, Ok(70));
    same("Available afterwards", bank.available(ONE), 70);
    same("Withdraw all 70", bank.withdraw_checked(ONE, 70, &risk).await, Ok(0));
    same("Available afterwards", bank.available(ONE), 0);
    same("Available in the other account", bank.available(ZERO), 50);
    same("What the check was asked", risk.asked(), vec![(ONE, 30), (ONE, 70)]);
}

/// After a denial the money is available again: all of it, and not twice. A check that could not
/// judge is not an approval either.
#[suite::test(paused)]
async fn denial_releases_reservation() {
    for (verdict, expected) in [
        (Ok(Verdict::Deny), WithdrawError::Denied),
        (Err(RiskUnavailable), WithdrawError::RiskUnavailable),
    ] {
        let what = format!("Withdraw 70, and the check says {verdict:?}");
        let _scene = suite::context(format!(
            "Balances [100]; A withdraws 70; the check answers {verdict:?} at once."
        ));
        let (bank, risk) = (AsyncBank::new(&[100]), Risk::new(Script::Now(verdict)));
        let answer = bank.withdraw_checked(ZERO, 70, &risk).await;
        same(what, answer, Err(expected));
        same("What the check was asked", risk.asked(), vec![(ZERO, 70)]);
        same("Available afterwards", bank.available(ZERO), 100);
        all_can_be_withdrawn(&bank, 100).await;
    }
}

/// Threads share the bank: however their withdrawals overlap, each reserves what is there and no
/// more, and what ends without a debit is given back, wholly and once.
#[suite::test(model)]
fn loom_threads_reserve_and_give_back() {
    let _runtime = RUNTIME.enter();
    let bank = Arc::new(AsyncBank::new(&[100]));
    let approved = {
        let bank = Arc::clone(&bank);
        model::lane("A: 30, then 60, approved", move || {
            let answers: [Answer; 2] =
                [30, 60].map(|cents| served(bank.withdraw_checked(ZERO, cents, &Approves)));
            answers
        })
    };
    let denied = {
        let bank = Arc::clone(&bank);
        model::lane("B: 50, denied", move || -> Answer {
            served(bank.withdraw_checked(ZERO, 50, &Denies))
        })
    };
    let [first, second] = approved.join().expect("A returns");
    let denied = denied.join().expect("B returns");
    let left: u64 = bank.available(ZERO);
    one_of(
        "100 cents; A withdraws 30, then 60, approved at once, while B withdraws 50, denied at once",
        &format!("A {first:?}, {second:?}; B {denied:?}; available {left}"),
        &[
            // B before A or between; behind A; during the first or the second of A's.
            "A Ok(70), Ok(10); B Err(Denied); available 10",
            "A Ok(70), Ok(10); B Err(Insufficient { available: 10 }); available 10",
            "A Ok(20), Ok(10); B Err(Denied); available 10",
            "A Ok(20), Err(Insufficient { available: 20 }); B Err(Denied); available 70",
            "A Ok(70), Err(Insufficient { available: 20 }); B Err(Denied); available 70",
        ],
    );
}

/// While one withdrawal waits for its check, another one goes on, with the same account too: a
/// slow service must not make everybody slow.
#[suite::test(paused)]
async fn second_withdrawal_proceeds_during_check() {
    let _scene = suite::context(
        "Balances [100]; A withdraws 60, and its check has not answered; B withdraws 30, approved at once.",
    );
    let bank = AsyncBank::new(&[100]);
    let slow = Risk::when_opened(Verdict::Approve);
    let quick = Risk::new(Script::Now(Ok(Verdict::Approve)));
    let mut first = pin!(bank.withdraw_checked(ZERO, 60, &slow));
    until_asked(first.as_mut(), &slow).await;
    tokio::select! {
        biased;
        second = bank.withdraw_checked(ZERO, 30, &quick) => {
            same("The second, 30, while the first is checked", second, Ok(10));
        }
        first = first.as_mut() => panic!(
            "A second withdrawal, 30, while the first is checked.\n\
             Expected: it goes on\n\
             Saw:      it waits until the first ends, with {first:?}"
        ),
    }
    slow.open();
    same("The first, 60, is approved", first.await.is_ok(), true);
    same("Available afterwards", bank.available(ZERO), 10);
    goes_on_beside_a_crowd().await;
}

/// A hundred withdrawals wait for their checks, and one more is served.
async fn goes_on_beside_a_crowd() {
    let _scene = suite::context(
        "Then a bank with balances [130]: 100 callers withdraw 1 each, and no check answers; one more withdraws 30.",
    );
    let bank = AsyncBank::new(&[130]);
    let slow = Risk::when_opened(Verdict::Approve);
    let mut crowd: Vec<_> =
        (0..100).map(|_| Box::pin(bank.withdraw_checked(ZERO, 1, &slow))).collect();
    poll_fn(|context| {
        for one in &mut crowd {
            if let Poll::Ready(answer) = one.as_mut().poll(context) {
                panic!(
                    "100 withdrawals of 1, and no check answers yet.\n\
                     Expected: 100 checks are under way\n\
                     Saw:      {} checks, then the answer {answer:?}",
                    slow.asked().len()
                );
            }
        }
        if slow.asked().len() == 100 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let quick = Risk::new(Script::Now(Ok(Verdict::Approve)));
    let begin = Instant::now();
    let answer = bank.withdraw_checked(ZERO, 30, &quick).await;
    same("30 more, while 100 withdrawals of 1 are checked", answer, Ok(0));
    same("The time that it took", begin.elapsed(), Duration::ZERO);
    drop(crowd);
    same("Available after all 100 went away", bank.available(ZERO), 100);
}

/// Money that is reserved for one withdrawal is not there for another one, from before the check
/// is asked.
#[suite::test(paused)]
async fn reservation_blocks_overspend() {
    let _scene = suite::context(
        "Balances [100, 100]; A withdraws 70 from account 0, and its check has not answered; B withdraws 31, then u64::MAX, from the same account.",
    );
    let bank = AsyncBank::new(&[100, 100]);
    let slow = Risk::when_opened(Verdict::Approve);
    let quick = Risk::new(Script::Now(Ok(Verdict::Approve)));
    let mut first = pin!(bank.withdraw_checked(ZERO, 70, &slow));
    until_asked(first.as_mut(), &slow).await;
    same("Available while 70 are checked", bank.available(ZERO), 30);
    same("Available in the other account", bank.available(ONE), 100);
    let second = bank.withdraw_checked(ZERO, 31, &quick).await;
    let nothing_left: Answer = Err(WithdrawError::Insufficient { available: 30 });
    same("A second withdrawal, 31", second, nothing_left);
    let more_than_there_can_be = bank.withdraw_checked(ZERO, u64::MAX, &quick).await;
    same("Another one, u64::MAX", more_than_there_can_be, nothing_left);
    same("What the check was asked about them", quick.asked(), vec![]);
    slow.open();
    same("The first, 70, when its check approves", first.await, Ok(30));
    same("Available afterwards", bank.available(ZERO), 30);
}

/// What happened during the check counts: a number from before an `.await` is old, for the answer
/// and for what is given back.
#[suite::test(paused)]
async fn answer_counts_what_happened_meanwhile() {
    let _scene = suite::context(
        "Balances [100]; A withdraws 10 and B 30, and their checks have not answered; C withdraws 20, approved at once; then B is denied, then A approved.",
    );
    let bank = AsyncBank::new(&[100]);
    let approves = Risk::when_opened(Verdict::Approve);
    let denies = Risk::when_opened(Verdict::Deny);
    let quick = Risk::new(Script::Now(Ok(Verdict::Approve)));
    let mut first = pin!(bank.withdraw_checked(ZERO, 10, &approves));
    let mut second = pin!(bank.withdraw_checked(ZERO, 30, &denies));
    until_asked(first.as_mut(), &approves).await;
    until_asked(second.as_mut(), &denies).await;
    let third = bank.withdraw_checked(ZERO, 20, &quick).await;
    same("A third, 20, while 10 and 30 are checked", third, Ok(40));
    denies.open();
    same("The second, 30, denied", second.await, Err(WithdrawError::Denied));
    same("Available after that", bank.available(ZERO), 70);
    approves.open();
    same("The first, 10, approved", first.await, Ok(70));
    same("Available afterwards", bank.available(ZERO), 70);
}

/// A withdrawal that is dropped while it waits gives its reservation back, wherever it is dropped:
/// a client that hangs up must not freeze money for ever.
#[suite::test(paused)]
async fn cancel_releases_reservation() {
    let _scene = suite::context(
        "Balances [100]; A withdraws 70 and goes away while it waits for its check.",
    );
    let cuts = suite::cancel::sweep(
        async || (AsyncBank::new(&[100]), Risk::new(Script::After(RISK_LIMIT / 2))),
        async |(bank, risk)| bank.withdraw_checked(ZERO, 70, risk).await,
        async |(bank, _), cut| {
            if let Some(answer) = cut.output {
                same("Withdraw 70 of 100, and wait", answer, Ok(30));
                same("Available afterwards", bank.available(ZERO), 30);
            } else {
                same("Available after the caller went away", bank.available(ZERO), 100);
                all_can_be_withdrawn(&bank, 100).await;
            }
        },
    )
    .await;
    assert!(cuts > 1, "`withdraw_checked` waits for the check, so it can be dropped meanwhile");
}

/// A check that does not answer in time is given up, and the money is available again. One that
/// answers just in time still counts.
#[suite::test(paused)]
async fn risk_timeout_releases_reservation() {
    let _scene = suite::context(
        "Balances [100]; A withdraws 20, approved just in time; B withdraws 70, and its check never answers.",
    );
    let bank = AsyncBank::new(&[100]);
    let moment = Duration::from_millis(10);
    let last_moment = Risk::new(Script::After(RISK_LIMIT.saturating_sub(moment)));
    let answer = bank.withdraw_checked(ZERO, 20, &last_moment).await;
    same("Withdraw 20, approved just in time", answer, Ok(80));

    let silent = Risk::new(Script::Never);
    let begin = Instant::now();
    let answer = bank.withdraw_checked(ZERO, 70, &silent).await;
    let waited = begin.elapsed();
    same("Withdraw 70, no answer", answer, Err(WithdrawError::RiskTimeout));
    assert!(
        waited >= RISK_LIMIT && waited <= RISK_LIMIT + moment,
        "The check does not answer.\nExpected: given up after {RISK_LIMIT:?}\nSaw:      after {waited:?}"
    );
    same("Available afterwards", bank.available(ZERO), 80);
    all_can_be_withdrawn(&bank, 80).await;
}

/// A check that panics takes its withdrawal down, and nothing else: the reservation is given back,
/// and the bank still works.
#[suite::test(paused)]
async fn panicking_check_releases_reservation() {
    let _scene = suite::context("Balances [100]; A withdraws 70, and its check panics.");
    let (bank, risk) = (AsyncBank::new(&[100]), Risk::new(Script::Panic));
    let panics = suite::expect_panics();
    let mut withdrawal = Box::pin(bank.withdraw_checked(ZERO, 70, &risk));
    let answer = poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| withdrawal.as_mut().poll(context))) {
            Ok(polled) => polled.map(Some),
            Err(_) => Poll::Ready(None),
        }
    });
    let answer = answer.await;
    drop(withdrawal);
    same("Panics of the check", panics.seen(), 1);
    drop(panics);
    same("The answer", answer, None);
    same("Available afterwards", bank.available(ZERO), 100);
    all_can_be_withdrawn(&bank, 100).await;
}

/// An account that the bank does not have is refused at once, without a check, and has nothing
/// available.
#[suite::test(paused)]
async fn unknown_account_is_refused() {
    let _scene = suite::context("Balances [100]: there is no account 1.");
    let (bank, risk) = (AsyncBank::new(&[100]), Risk::new(Script::Now(Ok(Verdict::Approve))));
    let answer = bank.withdraw_checked(ONE, 1, &risk).await;
    same("Withdraw from account 1 of 1", answer, Err(WithdrawError::UnknownAccount(ONE)));
    same("What the check was asked", risk.asked(), vec![]);
    same("Available in account 1 of 1", bank.available(ONE), 0);
    all_can_be_withdrawn(&bank, 100).await;
}

const ZERO: AccountId = AccountId(0);
const ONE: AccountId = AccountId(1);

/// Gives the timers of a model's lanes a home. It is never driven: their checks answer at once.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

/// The answer, in a lane: there a future that waits lets the other lanes go on.
fn served(withdrawal: impl Future<Output = Answer>) -> Answer {
    let mut withdrawal = pin!(withdrawal);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = withdrawal.as_mut().poll(&mut context) {
            return answer;
        }
        model::thread::yield_now();
    }
}

/// Lets `withdrawal` run until its check has been asked.
async fn until_asked(mut withdrawal: Pin<&mut impl Future<Output = Answer>>, risk: &Risk) {
    poll_fn(|context| match withdrawal.as_mut().poll(context) {
        Poll::Ready(answer) => panic!("Answered {answer:?} without waiting for the check."),
        Poll::Pending if risk.asked().is_empty() => Poll::Pending,
        Poll::Pending => Poll::Ready(()),
    })
    .await;
}

/// What is available is really there.
async fn all_can_be_withdrawn(bank: &AsyncBank, cents: u64) {
    let risk = Risk::new(Script::Now(Ok(Verdict::Approve)));
    let answer = bank.withdraw_checked(ZERO, cents, &risk).await;
    same(format!("Then withdraw all {cents}"), answer, Ok(0));
    same("Available at the end", bank.available(ZERO), 0);
}
