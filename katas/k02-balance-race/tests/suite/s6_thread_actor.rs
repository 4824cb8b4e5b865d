//! Step 6: an owner without a runtime.
//!
//! Real threads, and still nothing here waits for luck: where the order matters, the test holds
//! the owner inside of `inspect`, so that nothing can happen to the account meanwhile.

#![allow(
    clippy::drop_non_drop,
    reason = "whether a handle has a destructor is up to the submission"
)]

use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvError, Sender, bounded, unbounded};
use k02::s6_thread_actor::{ThreadAccount, Ticket, spawn_thread_account};
use k02_given::{ActorError, Busy, Insufficient};

use crate::say::same;

type Answer = Result<u64, ActorError>;

const CLOSED: Answer = Err(ActorError::Closed);
/// For a thread that is running already to do one thing more. It decides how surely a wrong answer
/// is found, and no right one.
const LONG_ENOUGH: Duration = Duration::from_millis(250);

/// The owner answers with what is left, up to the largest sum there is, whether its caller waits or
/// takes a ticket. A refused withdrawal changes nothing, and the owner lives on: others still need
/// it.
#[suite::test(os)]
fn answers_tell_the_new_balance() {
    let (account, _) = spawn_thread_account(100, 4);
    same("Withdraw 30 of 100", account.withdraw(30), Ok(70));
    let ticket = account.try_withdraw(20).expect("an empty mailbox has room");
    same("Withdraw 20 of 70", answer(&ticket), Ok(50));
    same("Withdraw nothing from 50", account.withdraw(0), Ok(50));
    same("Withdraw 51 of 50", account.withdraw(51), insufficient(50));
    same("Withdraw u64::MAX of 50", account.withdraw(u64::MAX), insufficient(50));
    let ticket = account.try_withdraw(u64::MAX).expect("an empty mailbox has room");
    same("`try_withdraw` u64::MAX of 50", answer(&ticket), insufficient(50));
    same("Then withdraw all 50", account.withdraw(50), Ok(0));
    same("Withdraw 1 of 0", account.withdraw(1), insufficient(0));

    let (rich, owner) = spawn_thread_account(u64::MAX, 4);
    same("Withdraw 1 of u64::MAX", rich.withdraw(1), Ok(u64::MAX - 1));
    let ticket = rich.try_withdraw(u64::MAX - 1).expect("an empty mailbox has room");
    same("Withdraw all that is left, u64::MAX - 1", answer(&ticket), Ok(0));
    drop(rich);
    same("The balance at the end", owner.join().expect("the owner ends, without a panic"), 0);
}

/// However many threads withdraw at once, each withdrawal counts once: no two of them leave the
/// same balance behind.
#[suite::test(os)]
fn no_withdrawal_is_lost() {
    const THREADS: u64 = 4;
    const EACH: u64 = 100;
    let (account, _) = spawn_thread_account(THREADS * EACH, 1);
    let mut left_behind: Vec<u64> = thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|_| {
                let account = account.clone();
                scope.spawn(move || (0..EACH).map(|_| account.withdraw(1)).collect::<Vec<_>>())
            })
            .collect();
        let answers = callers.into_iter().flat_map(|caller| caller.join().expect("no panic"));
        answers.map(|answer| answer.expect("there is a cent for every withdrawal")).collect()
    });
    left_behind.sort_unstable();
    let each_once: Vec<u64> = (0..THREADS * EACH).collect();
    assert!(
        left_behind == each_once,
        "{THREADS} threads withdrew 1 cent {EACH} times each.\n\
         Expected: {} different balances left behind, down to 0\n\
         Saw:      {}",
        each_once.len(),
        {
            left_behind.dedup();
            left_behind.len()
        }
    );
    same("Withdraw 1 of 0", account.withdraw(1), insufficient(0));
}

/// Requests of every kind are carried out in the order in which they came, however long they
/// waited.
#[suite::test(os)]
fn arrival_order_is_kept() {
    const ROUNDS: u64 = 20;
    let (account, _) = spawn_thread_account(100, 64);
    let held = hold(&account);
    let (sender, seen) = unbounded();
    let tickets: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let ticket = account.try_withdraw(5).expect("the mailbox has room for 64");
            let sender = sender.clone();
            let looked = account.inspect(move |balance| {
                let _ = sender.send(balance);
            });
            same("What `inspect` answers", looked, Ok(()));
            ticket
        })
        .collect();
    let too_late = account.try_withdraw(1).expect("the mailbox has room for 64");
    drop(sender);
    held.release();
    let balances: Vec<u64> = (0..ROUNDS).map(|n| 95 - 5 * n).collect();
    let in_order: Vec<Answer> = balances.iter().copied().map(Ok).collect();
    let answers: Vec<_> = tickets.iter().map(answer).collect();
    same("Withdraw 5 of 100, twenty times", answers, in_order);
    same("What `inspect` saw after each of them", seen.iter().collect(), balances);
    same("Then withdraw 1 of 0", answer(&too_late), insufficient(0));
}

/// Each caller gets the answer to its own request, also when another one looks for its answer
/// first.
#[suite::test(os)]
fn each_answer_reaches_its_caller() {
    let (account, _) = spawn_thread_account(100, 4);
    let other = account.clone();
    let held = hold(&account);
    let first = account.try_withdraw(10).expect("the mailbox has room for four");
    let second = account.try_withdraw(20).expect("the mailbox has room for four");
    let third = other.try_withdraw(80).expect("the mailbox has room for four");
    held.release();
    same("The third, 80 of 70", answer(&third), insufficient(70));
    same("The second, 20 of 90", answer(&second), Ok(70));
    same("The first, 10 of 100", answer(&first), Ok(90));
}

/// A full mailbox says so at once, and what it refused never happens. Without a bound it grows
/// with the load until the memory is gone.
#[suite::test(os)]
fn full_mailbox_says_busy() {
    // No power of two, so that a mailbox that was rounded up is found out.
    const MAILBOX: usize = 5;
    let (account, _) = spawn_thread_account(100, MAILBOX);
    let held = hold(&account);
    // A handle that goes away leaves nothing behind that takes a place.
    for _ in 0..MAILBOX {
        drop(account.clone());
    }
    let asked: Vec<_> = (0..2 * MAILBOX).map(|_| account.try_withdraw(1)).collect();
    let busy = asked.iter().filter(|ticket| matches!(ticket, Err(Busy))).count();
    let accepted = asked.len() - busy;
    assert!(
        accepted == MAILBOX,
        "{} callers came while the owner was at work.\n\
         Expected: the mailbox's {MAILBOX} accepted, the others Busy\n\
         Saw:      {accepted} accepted, {busy} Busy",
        asked.len()
    );
    held.release();
    let answers: Vec<_> = asked.iter().flatten().map(answer).collect();
    let in_order: Vec<_> = (1..=accepted as u64).map(|taken| Ok(100 - taken)).collect();
    same("1 cent for each that was accepted", answers, in_order);
}

/// Who withdraws from a full mailbox, or sends a closure to one, waits for room and is then served:
/// it is not refused, and nothing that came before is pushed out.
#[suite::test(os)]
fn caller_waits_for_room() {
    let (account, _) = spawn_thread_account(100, 1);
    let held = hold(&account);
    let before: Vec<_> = std::iter::from_fn(|| account.try_withdraw(1).ok()).take(3).collect();
    let caller = account.clone();
    let caller = thread::spawn(move || caller.withdraw(10));
    held.release();
    let left = 100 - before.len() as u64;
    let answers: Vec<_> = before.iter().map(answer).collect();
    let in_order: Vec<_> = (left..100).rev().map(Ok).collect();
    same("1 cent for each that was in the mailbox", answers, in_order);
    let caller = caller.join().expect("the caller gets an answer, not a panic");
    same("Withdraw 10 behind them", caller, Ok(left - 10));
    looker_waits_for_room();
}

/// As for who withdraws. To be served without room is wrong as well: `inspect` does not come back
/// before there is some.
fn looker_waits_for_room() {
    let (account, _) = spawn_thread_account(100, 1);
    let held = hold(&account);
    let before = account.try_withdraw(1).expect("the mailbox has room for one");
    let (saw, seen) = bounded(1);
    let (back, came_back) = bounded(1);
    let caller = account.clone();
    let caller = thread::spawn(move || {
        let _ = back.send(None);
        let looked = caller.inspect(move |balance| {
            let _ = saw.send(balance);
        });
        let _ = back.send(Some(looked));
    });
    same("`inspect` is called", came_back.recv(), Ok(None));
    // Nothing that waits for room can come back, however long this is; what does not wait is here
    // long before.
    let early = came_back.recv_timeout(LONG_ENOUGH);
    same("`inspect`, while the mailbox is full, has come back with", early.ok().flatten(), None);
    held.release();
    same("What `inspect` answers when there is room", came_back.recv(), Ok(Some(Ok(()))));
    same("1 cent for who was in the mailbox", answer(&before), Ok(99));
    same("What the closure saw, behind that", seen.recv(), Ok(99));
    caller.join().expect("the caller comes back, without a panic");
}

/// One thread owns the balance and carries out everything, and it is none of the callers': what one
/// thread alone can touch needs no lock.
#[suite::test(os)]
fn one_thread_owns_the_balance() {
    let (account, _) = spawn_thread_account(100, 4);
    let look = || {
        let (sender, seen) = bounded(1);
        let looked = account.inspect(move |balance| {
            sender.send((balance, thread::current().id())).expect("the test waits for it");
        });
        same("What `inspect` answers", looked, Ok(()));
        seen.recv().expect("the owner runs the closure")
    };
    let (balance, first) = look();
    same("The balance that the owner shows", balance, 100);
    same("Withdraw 40 of 100", account.withdraw(40), Ok(60));
    let (balance, second) = look();
    same("The balance that the owner shows", balance, 60);
    same("The thread that carries out the next request", second, first);
    assert!(first != thread::current().id(), "Expected a thread of its own. Saw the caller's.");
}

/// A caller that no longer waits for its answer does not stop the owner: the others need it.
#[suite::test(os)]
fn gone_caller_does_not_stop_the_owner() {
    let (account, _) = spawn_thread_account(100, 4);
    let held = hold(&account);
    let gone = account.try_withdraw(40).expect("the mailbox has room for four");
    let ticket = account.try_withdraw(10).expect("the mailbox has room for four");
    drop((gone, account));
    held.release();
    let left = answer(&ticket);
    assert!(
        left == Ok(50) || left == Ok(90),
        "A caller withdraws 40 of 100 and goes away. Another one withdraws 10.\n\
         Expected: Ok(50) (all happened) or Ok(90) (nothing)\n\
         Saw:      {left:?}"
    );
}

/// When the last handle is dropped the owner answers what is in its mailbox, and ends: a thread
/// that nobody can reach must not stay behind.
#[suite::test(os)]
fn last_handle_dropped_stops_the_owner() {
    let (account, owner) = spawn_thread_account(100, 4);
    let second = account.clone();
    let held = hold(&account);
    drop(account);
    let tickets = [60, 50].map(|cents| second.try_withdraw(cents));
    drop(second);
    held.release();
    let answers = tickets.map(|ticket| answer(&ticket.expect("the mailbox has room for four")));
    same("60 and 50 of 100", answers, [Ok(40), insufficient(40)]);
    let balance = owner.join().expect("the owner ends with the balance, not with a panic");
    same("The balance at the end", balance, 40);
}

/// A closure that panics is the end of the owner. Who comes later hears that there will be no answer:
/// it does not wait for ever, is not told that the owner is busy, and does not panic, too.
#[suite::test(os, deadline = 3)]
fn ended_owner_answers_nobody() {
    let panics = suite::expect_panics();
    let (account, owner) = spawn_thread_account(100, 2);
    let looked = account.inspect(|_| panic!("the closure of this test panics"));
    same("What `inspect` answers", looked, Ok(()));
    assert!(owner.join().is_err(), "Expected the closure's panic from `join`. Saw a balance.");
    same("Panics of the owner", panics.seen(), 1);
    drop(panics);

    same("Withdraw 10 after the owner's end", account.withdraw(10), CLOSED);
    let looked = account.inspect(|_| ());
    same("`inspect` after the owner's end", looked, Err(ActorError::Closed));
    let late = account.try_withdraw(10).map(|ticket| ticket.recv());
    same("`try_withdraw` after the owner's end, and its ticket", late, Ok(Err(RecvError)));
}

/// While this lives the owner is inside of `inspect`.
struct Held {
    release: Sender<()>,
}

impl Held {
    fn release(self) {
        drop(self.release);
    }
}

/// Comes back when the owner has taken the closure out of its mailbox and is at work on it.
fn hold(account: &ThreadAccount) -> Held {
    let caller = thread::current().id();
    let (started, owner_at_work) = bounded(1);
    let (release, released) = bounded::<()>(0);
    let looked = account.inspect(move |_| {
        let here = thread::current().id();
        assert!(here != caller, "`inspect` ran its closure on its caller's thread");
        started.send(()).expect("the test waits for it");
        let _ = released.recv();
    });
    same("What `inspect` answers", looked, Ok(()));
    owner_at_work.recv().expect("`inspect` sends its closure to the owner, who runs it");
    Held { release }
}

fn answer(ticket: &Ticket) -> Answer {
    ticket.recv().expect("the owner answers to every ticket")
}

const fn insufficient(balance: u64) -> Answer {
    Err(ActorError::Insufficient(Insufficient { balance }))
}
