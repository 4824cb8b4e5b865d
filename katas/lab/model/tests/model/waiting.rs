use model::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use model::sync::{Arc, Condvar, Mutex};
use protocol::Status;

use crate::{fails, gist, holds, two};

type Mailbox = Arc<(Mutex<Option<u64>>, Condvar)>;

fn hand_over(take: fn(&Mailbox) -> u64, all: bool) -> impl Fn() + Send + Sync {
    move || {
        let mailbox: Mailbox = Arc::default();
        let sender = Arc::clone(&mailbox);
        two(
            move || assert_eq!(take(&mailbox), 7),
            move || {
                *sender.0.lock().unwrap() = Some(7);
                if all {
                    sender.1.notify_all();
                } else {
                    sender.1.notify_one();
                }
            },
        );
    }
}

#[test]
fn a_value_is_handed_over() {
    for all in [false, true] {
        holds(hand_over(
            |mailbox| {
                let mut value = mailbox.0.lock().unwrap();
                while value.is_none() {
                    value = mailbox.1.wait(value).unwrap();
                }
                value.take().unwrap()
            },
            all,
        ));
        holds(hand_over(
            |mailbox| {
                let value = mailbox.0.lock().unwrap();
                let mut value = mailbox.1.wait_while(value, |v| v.is_none()).unwrap();
                value.take().unwrap()
            },
            all,
        ));
    }
}

#[test]
fn a_wake_up_that_came_before_is_lost() {
    let outcome = fails(
        Status::Stuck,
        hand_over(
            |mailbox| {
                let there = mailbox.0.lock().unwrap().is_some();
                let mut value = mailbox.0.lock().unwrap();
                if !there {
                    value = mailbox.1.wait(value).unwrap();
                }
                value.take().unwrap()
            },
            false,
        ),
    );
    assert_eq!(
        gist(&outcome),
        "Deadlock: A sleeps on the condvar, and nobody is left to notify it."
    );
    let rows = &outcome.timeline.as_ref().unwrap().rows;
    assert!(rows.iter().any(|row| row.text == "notify_one: nobody waits"));
}

#[test]
fn a_notification_between_the_look_and_the_sleep_needs_the_lock() {
    fails(Status::Stuck, || {
        let shared = Arc::new((Mutex::new(()), Condvar::new(), AtomicBool::new(false)));
        let sender = Arc::clone(&shared);
        two(
            move || {
                let mut guard = shared.0.lock().unwrap();
                while !shared.2.load(Ordering::SeqCst) {
                    guard = shared.1.wait(guard).unwrap();
                }
            },
            move || {
                sender.2.store(true, Ordering::SeqCst);
                sender.1.notify_one();
            },
        );
    });
}

#[test]
fn spinning_without_yielding_is_told() {
    let wait = |rest: fn()| {
        move || {
            let flag = Arc::new(AtomicBool::new(false));
            let other = Arc::clone(&flag);
            two(
                move || {
                    while !flag.load(Ordering::Acquire) {
                        rest();
                    }
                },
                move || other.store(true, Ordering::Release),
            );
        }
    };
    holds(wait(model::hint::spin_loop));
    holds(wait(model::thread::yield_now));
    let outcome = fails(Status::Stuck, wait(|| {}));
    assert!(outcome.message.starts_with("A spins without yielding"), "{}", outcome.message);
    assert!(outcome.timeline.unwrap().rows.len() <= 40);
}

#[test]
fn a_swap_of_what_is_gone_is_told_to_look_again() {
    let withdraw = |balance: &AtomicU64, cents: u64, rest: fn()| {
        let seen = balance.load(Ordering::SeqCst);
        let (success, failure) = (Ordering::SeqCst, Ordering::SeqCst);
        while balance.compare_exchange(seen, seen - cents, success, failure).is_err() {
            rest();
        }
    };
    for rest in [|| {}, model::hint::spin_loop] {
        let outcome = fails(Status::Stuck, move || {
            let account = Arc::new(AtomicU64::new(100));
            let other = Arc::clone(&account);
            two(move || withdraw(&account, 30, rest), move || withdraw(&other, 20, || {}));
        });
        let told = outcome.message.replace('\n', " ");
        assert!(told.contains("repeats a `compare_exchange` that cannot succeed: it"), "{told}");
        assert!(told.contains("Look again before you try again. Last of "), "{told}");
    }
}

#[test]
fn waiting_for_what_never_comes_is_a_livelock() {
    let outcome = fails(Status::Stuck, || {
        let flag = Arc::new(AtomicBool::new(false));
        let other = Arc::clone(&flag);
        two(
            move || {
                while !flag.load(Ordering::Acquire) {
                    model::hint::spin_loop();
                }
            },
            move || other.store(false, Ordering::Release),
        );
    });
    assert!(outcome.message.starts_with("Livelock: A spins for ever"), "{}", outcome.message);
}

/// The end of a thread is no secret: it needs no join, and no join needs it to be last.
#[test]
fn threads_end_joined_or_not_in_any_order() {
    holds(|| {
        let lock = Arc::new(Mutex::new(0_u64));
        let add = |lock: &Arc<Mutex<u64>>| {
            let lock = Arc::clone(lock);
            move || *lock.lock().unwrap() += 1
        };
        let a = model::thread::spawn(add(&lock));
        let b = model::thread::spawn(add(&lock));
        drop(a);
        b.join().unwrap();
        let c = model::thread::spawn(add(&lock));
        std::mem::forget(c);
        assert!(*lock.lock().unwrap() >= 1);
    });
    holds(|| {
        let lock = Arc::new(Mutex::new(0_u64));
        let (inner, outer) = (Arc::clone(&lock), Arc::clone(&lock));
        let a = model::thread::spawn(move || *inner.lock().unwrap() += 1);
        let b = model::thread::spawn(move || {
            a.join().unwrap();
            *outer.lock().unwrap()
        });
        assert_eq!(b.join().unwrap(), 1);
    });
}

/// A lock of turns: who finds it taken sleeps.
fn turns(again: bool) -> impl Fn() + Send + Sync {
    move || {
        let shared = Arc::new((Mutex::new(false), Condvar::new(), AtomicU64::new(0)));
        let add = |shared: &Arc<(Mutex<bool>, Condvar, AtomicU64)>| {
            let shared = Arc::clone(shared);
            move || {
                let mut taken = shared.0.lock().unwrap();
                while *taken {
                    taken = shared.1.wait(taken).unwrap();
                    if !again {
                        break;
                    }
                }
                *taken = true;
                drop(taken);
                let before = shared.2.load(Ordering::SeqCst);
                shared.2.store(before + 1, Ordering::SeqCst);
                *shared.0.lock().unwrap() = false;
                shared.1.notify_one();
            }
        };
        two(add(&shared), add(&shared));
        assert_eq!(shared.2.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn a_sleeper_may_wake_for_no_reason() {
    holds(turns(true));
    let outcome = fails(Status::Fail, turns(false));
    let timeline = outcome.timeline.unwrap();
    assert!(timeline.rows.iter().any(|row| row.text.starts_with("woken by nobody")));
    assert!(timeline.notes.iter().any(|note| note.contains("ended for no reason")));
}
