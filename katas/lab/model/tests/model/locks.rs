use model::sync::{Arc, Mutex, RwLock};
use protocol::Status;

use crate::{fails, gist, holds, two};

#[test]
fn a_counter_under_one_lock_holds() {
    let explored = holds(|| {
        let count = Arc::new(Mutex::new(0_u64));
        let add = |count: Arc<Mutex<u64>>| move || *count.lock().unwrap() += 1;
        two(add(Arc::clone(&count)), add(Arc::clone(&count)));
        assert_eq!(*count.lock().unwrap(), 2);
    });
    assert!(explored.complete);
}

#[test]
fn a_counter_under_two_locks_in_a_row_loses_an_update() {
    let outcome = fails(Status::Fail, || {
        let count = Arc::new(Mutex::new(0_u64));
        let add = |count: Arc<Mutex<u64>>| {
            move || {
                let before = *count.lock().unwrap();
                *count.lock().unwrap() = before + 1;
            }
        };
        two(add(Arc::clone(&count)), add(Arc::clone(&count)));
        assert_eq!(*count.lock().unwrap(), 2, "two were added");
    });
    assert!(outcome.message.starts_with("assertion `left == right` failed: two were added"));
    assert_eq!(outcome.schedules, Some(2));
    assert_eq!(outcome.place.unwrap().file, file!());
}

#[test]
fn a_panic_in_a_thread_is_told_with_its_name() {
    let outcome = fails(Status::Fail, || {
        let lock = Arc::new(Mutex::new(0_u64));
        let other = Arc::clone(&lock);
        two(
            move || {
                let _guard = lock.lock().unwrap();
                panic!("no money");
            },
            move || drop(other.lock()),
        );
    });
    assert_eq!(outcome.message, "A panicked: no money");
}

#[test]
fn locks_in_opposite_orders_deadlock() {
    let outcome = fails(Status::Stuck, || {
        let one = Arc::new((Mutex::new(1_u64), Mutex::new(2_u64)));
        let two_ = Arc::clone(&one);
        two(
            move || {
                let _first = one.0.lock().unwrap();
                let _second = one.1.lock().unwrap();
            },
            move || {
                let _first = two_.1.lock().unwrap();
                let _second = two_.0.lock().unwrap();
            },
        );
    });
    assert_eq!(
        gist(&outcome),
        "Deadlock: A waits for lock 2 (held by B), B waits for lock 1 (held by A)."
    );
    let message = &outcome.message;
    assert!(message.contains("(held by B since locks.rs:"), "{message}");
    assert!(message.contains("\nLast of A: lock 2 … waits, at locks.rs:"), "{message}");
    assert!(message.contains("\nLast of B: lock 1 … waits, at locks.rs:"), "{message}");
    assert!(outcome.message.lines().all(|line| line.chars().count() <= 76));
}

#[test]
fn locking_twice_deadlocks_alone_or_not() {
    let alone = fails(Status::Stuck, || {
        let lock = Mutex::new(1_u64);
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
    assert_eq!(gist(&alone), "Deadlock: test waits for the lock, which it holds itself.");

    let in_thread = fails(Status::Stuck, || {
        let locks = Arc::new([Mutex::new(1_u64), Mutex::new(2_u64)]);
        let other = Arc::clone(&locks);
        two(
            move || {
                let _first = locks[0].lock().unwrap();
                let _second = locks[0].lock().unwrap();
            },
            move || drop(other[1].lock()),
        );
    });
    assert_eq!(gist(&in_thread), "Deadlock: A waits for lock 1, which it holds itself.");

    let after_all = fails(Status::Stuck, || {
        let lock = Arc::new(Mutex::new(1_u64));
        let other = Arc::clone(&lock);
        two(move || drop(other.lock()), || {});
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
    assert_eq!(gist(&after_all), "Deadlock: test waits for the lock, which it holds itself.");
}

#[test]
fn a_guard_that_is_never_dropped_is_named() {
    let outcome = fails(Status::Stuck, || {
        let lock = Arc::new(Mutex::new(1_u64));
        let other = Arc::clone(&lock);
        two(move || std::mem::forget(lock.lock()), move || drop(other.lock()));
    });
    assert!(
        gist(&outcome).contains("waits for the lock (held by")
            && gist(&outcome).contains(", which has ended)"),
        "{}",
        outcome.message
    );
}

#[test]
fn readers_and_a_writer_check_then_act() {
    let act = |upgrade: bool| {
        move || {
            let balance = Arc::new(RwLock::new(100_u64));
            let withdraw = |balance: Arc<RwLock<u64>>| {
                move || {
                    if upgrade {
                        let enough = *balance.read().unwrap() >= 70;
                        if enough {
                            let now = *balance.read().unwrap();
                            *balance.write().unwrap() = now.checked_sub(70).expect("overdrawn");
                        }
                    } else {
                        let mut now = balance.write().unwrap();
                        if *now >= 70 {
                            *now -= 70;
                        }
                    }
                }
            };
            two(withdraw(Arc::clone(&balance)), withdraw(Arc::clone(&balance)));
            assert_eq!(*balance.read().unwrap(), 30);
        }
    };
    holds(act(false));
    let outcome = fails(Status::Fail, act(true));
    assert!(outcome.message.ends_with("panicked: overdrawn"), "{}", outcome.message);
}

#[test]
fn readers_read_together_and_a_reader_cannot_become_a_writer() {
    holds(|| {
        let value = Arc::new(RwLock::new(1_u64));
        let other = Arc::clone(&value);
        two(
            move || assert_eq!(*value.read().unwrap(), 1),
            move || assert_eq!(*other.read().unwrap(), 1),
        );
    });
    let upgrade = fails(Status::Stuck, || {
        let lock = RwLock::new(1_u64);
        let _read = lock.read().unwrap();
        let _write = lock.write().unwrap();
    });
    assert_eq!(gist(&upgrade), "Deadlock: test waits for the rwlock, which it reads itself.");
    let twice = fails(Status::Stuck, || {
        let lock = RwLock::new(1_u64);
        let _read = lock.read().unwrap();
        let _again = lock.read().unwrap();
    });
    assert!(twice.message.starts_with("test reads a lock that it reads already"));
}

#[test]
fn a_try_lock_that_fails_is_no_deadlock() {
    holds(|| {
        let lock = Arc::new(Mutex::new(0_u64));
        let add = |lock: Arc<Mutex<u64>>| {
            move || {
                loop {
                    if let Ok(mut value) = lock.try_lock() {
                        *value += 1;
                        return;
                    }
                    model::thread::yield_now();
                }
            }
        };
        two(add(Arc::clone(&lock)), add(Arc::clone(&lock)));
        assert_eq!(*lock.try_lock().unwrap(), 2);
    });
}

/// Destructors that use the facade while a failed schedule is torn down must not abort.
#[test]
fn a_failed_schedule_is_torn_down_quietly() {
    struct Refund(Arc<Mutex<u64>>);
    impl Drop for Refund {
        fn drop(&mut self) {
            *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        }
    }
    for status in [Status::Fail, Status::Stuck] {
        fails(status, move || {
            let locks = Arc::new((Mutex::new(0_u64), Mutex::new(0_u64), Mutex::new(0_u64)));
            let refunds = Arc::new(Mutex::new(0_u64));
            let (other, again) = (Arc::clone(&locks), Arc::clone(&refunds));
            two(
                move || {
                    let _refund = Refund(refunds);
                    let _first = locks.0.lock().unwrap();
                    let _second = locks.1.lock().unwrap();
                    assert!(status == Status::Stuck, "as asked");
                },
                move || {
                    let _refund = Refund(again);
                    let _second = other.1.lock().unwrap();
                    let _first = other.0.lock().unwrap();
                },
            );
        });
    }
}
