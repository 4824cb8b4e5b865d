//! Step 4: one owner.
//!
//! Nothing here depends on luck: one thread (but for one test), a clock that stands still, and
//! callers that the test polls by hand, so that it decides who came first and when the owner runs.

#![allow(
    clippy::drop_non_drop,
    reason = "whether a handle has a destructor is up to the submission"
)]

use std::time::Duration;

use k02::s4_actor::{AccountHandle, spawn_account};
use k02_given::{ActorError, Insufficient, Overflow};
use suite::tasks::settle;
use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::callers::{Answer, Ask, Caller, answers, arrive};
use crate::say::same;

/// The owner answers with the new balance, up to the largest there can be. A refused request changes nothing, and the owner lives
/// on: others still need it.
#[suite::test(paused)]
async fn answers_tell_the_new_balance() {
    let (account, owner) = spawn_account(100, 4);
    same("Withdraw 30 of 100", account.withdraw(30).await, Ok(70));
    same("Withdraw 71 of 70", account.withdraw(71).await, insufficient(70));
    same("Deposit 5 to 70", account.deposit(5).await, Ok(75));
    let overflow = Err(ActorError::Overflow(Overflow));
    same("Deposit u64::MAX to 75", account.deposit(u64::MAX).await, overflow);
    same("Withdraw nothing from 75", account.withdraw(0).await, Ok(75));
    same("Deposit nothing to 75", account.deposit(0).await, Ok(75));
    same("Withdraw all 75", account.withdraw(75).await, Ok(0));
    same("Deposit 20 to 0", account.deposit(20).await, Ok(20));
    same("Withdraw u64::MAX of 20", account.withdraw(u64::MAX).await, insufficient(20));
    let all_but_20 = u64::MAX - 20;
    same("Deposit u64::MAX - 20 to 20", account.deposit(all_but_20).await, Ok(u64::MAX));
    same("Withdraw all u64::MAX", account.withdraw(u64::MAX).await, Ok(0));
    same("The balance at the end", end(account, owner).await, 0);

    let (rich, owner) = spawn_account(u64::MAX, 4);
    same("Deposit 1 to u64::MAX", rich.deposit(1).await, overflow);
    same("Withdraw 1 of u64::MAX", rich.withdraw(1).await, Ok(u64::MAX - 1));
    same("The balance at the end", end(rich, owner).await, u64::MAX - 1);
}

/// Requests are carried out one by one, in the order in which they came, and each caller gets the
/// answer to its own request. A request comes when its future is polled, not when it is made.
#[suite::test(paused)]
async fn arrival_order_is_kept() {
    let _scene = suite::context(
        "Mailbox of 8 with 5 requests in it; who came last looks for its answer first.",
    );
    let (account, owner) = spawn_account(100, 8);
    let line = arrive(&account, &ORDER).await;
    expect_answers(&ORDER, &answers(line).await, &IN_ORDER);
    same("The balance at the end", end(account, owner).await, 5);
    order_of_polls().await;
}

async fn order_of_polls() {
    let _scene = suite::context(
        "A new account of 100: the futures of withdraw(70) and deposit(50) are made, then that of \
         withdraw(100), which is polled first, and one of withdraw(1), which is dropped.",
    );
    let (account, owner) = spawn_account(100, 8);
    let (second, third) = (account.withdraw(70), account.deposit(50));
    let first = account.withdraw(100);
    drop(account.withdraw(1));
    settle().await;
    same("Withdraw 100 of 100, polled first", first.await, Ok(0));
    same("Withdraw 70, made first and polled behind it", second.await, insufficient(0));
    same("Deposit 50, polled last", third.await, Ok(50));
    same("The balance at the end", end(account, owner).await, 50);
}

/// The order holds on many threads, too: one task carries out everything, and hands nothing on.
#[suite::test(os)]
fn arrival_order_is_kept_on_many_threads() {
    const MANY: usize = 100;
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (account, owner) = spawn_account(MANY as u64, CROWD);
        let answers = answers(arrive(&account, &[Ask::Withdraw(1); MANY]).await).await;
        let in_order: Vec<Answer> = (0..MANY as u64).rev().map(Ok).collect();
        same("100 callers withdraw 1 of 100, one after the other", answers, in_order);
        same("The balance at the end", end(account, owner).await, 0);
    });
}

/// Room is given in the order in which callers came. If a newcomer could slip in ahead of those who
/// wait, an unlucky caller would wait for ever.
#[suite::test(paused)]
async fn waiting_callers_keep_their_place() {
    let _scene =
        suite::context("Mailbox of 1; six callers came, then there was room, then a seventh came.");
    let (account, owner) = spawn_account(60, 1);
    let mut line = arrive(&account, &[Ask::Withdraw(10); 6]).await;
    // The owner runs, and there is room. Nobody in the line has noticed when the newcomer comes.
    settle().await;
    line.extend(arrive(&account, &[Ask::Withdraw(1)]).await);
    let mut answers = answers(line).await;
    same("Withdraw 1, behind six callers who take all", answers.pop(), Some(insufficient(0)));
    answers.sort_unstable_by_key(|answer| answer.ok());
    let all = (0..6).map(|n| Ok(10 * n)).collect();
    same("The six who came first, 10 of 60 each", answers, all);
    same("The balance at the end", end(account, owner).await, 0);
}

/// A full mailbox makes callers wait outside of it. Otherwise it grows with the load, and it keeps
/// requests of callers that gave up long ago.
#[suite::test(paused)]
async fn full_mailbox_makes_callers_wait() {
    let _scene =
        suite::context("Mailbox of 5; 200 callers came and went away again, then one more came.");
    let (account, owner) = spawn_account(1_000, MAILBOX);
    let line = arrive(&account, &[Ask::Withdraw(1); CROWD]).await;
    drop(line);
    let left = account.withdraw(1).await.expect("the account still has money and is not closed");
    let carried_out = 999_u64.saturating_sub(left);
    assert!(
        carried_out <= MAILBOX as u64,
        "{CROWD} callers came before the owner could run, and all went away again.\n\
         Expected: at most {MAILBOX} of their withdrawals carried out\n\
         Saw:      {carried_out}",
    );
    same("The balance at the end", end(account, owner).await, left);
}

/// A caller that goes away leaves no half-done withdrawal, no dead owner and no lost place in the
/// mailbox: wherever it is dropped, all of it happened or nothing.
#[suite::test(paused)]
async fn dropped_caller_is_all_or_nothing() {
    for mailbox_is_full in [false, true] {
        let _scene = suite::context(if mailbox_is_full {
            "Mailbox of 1: caller 1 came and has not looked yet; caller 2 waits for room."
        } else {
            "Mailbox of 1, empty: the caller that may go away came first."
        });
        let cuts = suite::cancel::sweep(
            async || Setting::new(spawn_account(100, 1)),
            async |setting| {
                if mailbox_is_full {
                    setting.before = arrive(&setting.account, &[Ask::Withdraw(10)]).await;
                }
                setting.account.withdraw(40).await
            },
            async |setting, cut| setting.judge(cut.output).await,
        )
        .await;
        assert!(cuts > 1, "A caller waits for the owner's answer, so it can go away meanwhile.");
    }
}

/// When the last handle is dropped nobody can ask any more: the owner ends, at once and not before.
#[suite::test(paused)]
async fn last_handle_dropped_stops_actor() {
    let _scene = suite::context(
        "Two handles; one is dropped, the other withdraws, then it is dropped, too.",
    );
    let (account, owner) = spawn_account(100, 2);
    let second = account.clone();
    drop(account);
    sleep(Duration::from_secs(5_000)).await;
    same("Withdraw 40 by the second of two handles", second.withdraw(40).await, Ok(60));
    drop(second);
    same("The balance at the end", ends_at_once(owner).await, 60);
}

/// Requests that are in the mailbox when the account is closed are still carried out and answered:
/// a caller that hears nothing does not know what became of its money.
#[suite::test(paused)]
async fn shutdown_answers_pending_callers() {
    let _scene = suite::context("Mailbox of 4 with 4 requests in it; then close().");
    let (account, owner) = spawn_account(100, 4);
    let asks = [Ask::Withdraw(60), Ask::Withdraw(50), Ask::Deposit(5), Ask::Withdraw(30)];
    let line = arrive(&account, &asks).await;
    account.close();
    expect_answers(&asks, &answers(line).await, &[Ok(40), insufficient(40), Ok(45), Ok(15)]);
    same("The balance at the end", ends_at_once(owner).await, 15);
}

/// Closing turns away who still waits for room. Otherwise a shutdown takes as long as the line
/// before the door is, and it is longest when one must shut down.
#[suite::test(paused)]
async fn closing_turns_the_line_away() {
    let _scene =
        suite::context("Mailbox of 5; 200 callers came, most of them wait for room; then close().");
    let (account, owner) = spawn_account(1_000, MAILBOX);
    let line = arrive(&account, &[Ask::Withdraw(1); CROWD]).await;
    account.close();
    let begin = Instant::now();
    let answers = answers(line).await;
    same("The time until all had an answer", begin.elapsed(), Duration::ZERO);
    let carried_out = answers.iter().filter(|answer| answer.is_ok()).count();
    let turned_away = answers.iter().filter(|&&answer| answer == CLOSED).count();
    assert_eq!(
        carried_out + turned_away,
        CROWD,
        "Expected Ok or Closed, and nothing else. Saw: {answers:?}"
    );
    // An owner that chooses at random between the two things it waits for may still let a few in,
    // but not half of them: 2 to the power of -90.
    assert!(
        (MAILBOX..=CROWD / 2).contains(&carried_out),
        "{CROWD} callers came, and then the account was closed.\n\
         Expected: the mailbox's {MAILBOX} carried out, the others turned away\n\
         Saw:      {carried_out} carried out, {turned_away} turned away"
    );
    same("The balance at the end", balance_at_end(owner).await, 1_000 - carried_out as u64);
}

/// A closed account lets nobody in, though handles are still there, and its owner ends at once: it
/// is told, and does not look from time to time. To close it twice does no harm.
#[suite::test(paused)]
async fn closed_account_refuses_new_callers() {
    let _scene = suite::context("An idle owner; then close(), twice.");
    let (account, owner) = spawn_account(100, 2);
    same("Withdraw 40 of 100", account.withdraw(40).await, Ok(60));
    account.close();
    account.clone().close();
    same("The balance at the end", ends_at_once(owner).await, 60);
    account.close();
    same("Withdraw 10 after the end", account.withdraw(10).await, CLOSED);
    same("Deposit 10 after the end", account.deposit(10).await, CLOSED);
}

/// No power of two, so that a mailbox that was rounded up is found out.
const MAILBOX: usize = 5;
const CROWD: usize = 200;
const CLOSED: Answer = Err(ActorError::Closed);

/// Any two of these in another order would give other answers.
const ORDER: [Ask; 5] =
    [Ask::Withdraw(60), Ask::Withdraw(50), Ask::Deposit(20), Ask::Withdraw(55), Ask::Withdraw(10)];
const IN_ORDER: [Answer; 5] = [Ok(40), insufficient(40), Ok(60), Ok(5), insufficient(5)];

const fn insufficient(balance: u64) -> Answer {
    Err(ActorError::Insufficient(Insufficient { balance }))
}

/// An account of 100 with a caller that withdraws 40 and may go away.
struct Setting {
    account: AccountHandle,
    owner: JoinHandle<u64>,
    /// Who came before that one, and withdraws 10.
    before: Vec<Caller>,
}

impl Setting {
    fn new((account, owner): (AccountHandle, JoinHandle<u64>)) -> Self {
        Self { account, owner, before: Vec::new() }
    }

    /// `answer`: unless the caller went away.
    async fn judge(self, answer: Option<Answer>) {
        let mut there = 100;
        for before in answers(self.before).await {
            there -= 10;
            same("Withdraw 10 of 100, before the caller came", before, Ok(there));
        }
        let left = self.account.withdraw(5).await.expect("there is money, and an owner");
        match answer {
            Some(answer) => {
                same("Withdraw 40, then 5", (answer, left), (Ok(there - 40), there - 45));
            }
            None => assert!(
                left == there - 45 || left == there - 5,
                "A caller withdraws 40 of {there} and goes away. Another one withdraws 5.\n\
                 Expected: {} left (all happened) or {} (nothing)\n\
                 Saw:      {left}",
                there - 45,
                there - 5,
            ),
        }
        same("The balance at the end", end(self.account, self.owner).await, left);
    }
}

/// Ends an account in every way that there is, for tests that are about something else.
async fn end(account: AccountHandle, owner: JoinHandle<u64>) -> u64 {
    account.close();
    drop(account);
    balance_at_end(owner).await
}

/// As [`balance_at_end`], and no time passes until then, on a clock that stands still while anything
/// can run.
async fn ends_at_once(owner: JoinHandle<u64>) -> u64 {
    let begin = Instant::now();
    let balance = balance_at_end(owner).await;
    same("The time until the owner had ended", begin.elapsed(), Duration::ZERO);
    balance
}

async fn balance_at_end(owner: JoinHandle<u64>) -> u64 {
    owner.await.expect("the owner's task ends with the balance, not with a panic")
}

#[track_caller]
fn expect_answers(asks: &[Ask], saw: &[Answer], expected: &[Answer]) {
    for ((ask, saw), expected) in asks.iter().zip(saw).zip(expected) {
        same(ask, saw, expected);
    }
}
