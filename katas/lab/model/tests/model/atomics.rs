use model::hint::spin_loop;
use model::sync::Arc;
use model::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use model::thread::yield_now;
use protocol::Status;

use crate::{fails, holds, two};

const RIGHT: [fn(&AtomicU64); 6] = [
    |balance| {
        loop {
            let now = balance.load(Ordering::Relaxed);
            let next = now + 10;
            let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
            if balance.compare_exchange(now, next, success, failure).is_ok() {
                return;
            }
        }
    },
    |balance| {
        let mut now = balance.load(Ordering::SeqCst);
        while let Err(other) =
            balance.compare_exchange_weak(now, now + 10, Ordering::SeqCst, Ordering::SeqCst)
        {
            now = other;
        }
    },
    |balance| {
        let add = |now| Some(now + 10);
        balance.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add).unwrap();
    },
    |balance| {
        while balance
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| Some(now + 10))
            .is_err()
        {}
    },
    |balance| {
        balance.fetch_add(10, Ordering::Relaxed);
    },
    |balance| {
        let mut now = 0;
        while let Err(other) =
            balance.compare_exchange(now, now + 10, Ordering::Release, Ordering::Relaxed)
        {
            now = other;
            yield_now();
        }
    },
];

const WRONG: [fn(&AtomicU64); 3] = [
    |balance| balance.store(balance.load(Ordering::SeqCst) + 10, Ordering::SeqCst),
    |balance| {
        let now = balance.load(Ordering::Relaxed);
        balance.swap(now + 10, Ordering::AcqRel);
    },
    |balance| {
        let now = balance.load(Ordering::SeqCst);
        let _ = balance.compare_exchange(now, now + 10, Ordering::SeqCst, Ordering::SeqCst);
    },
];

fn deposits(deposit: fn(&AtomicU64)) -> impl Fn() + Send + Sync {
    move || {
        let balance = Arc::new(AtomicU64::new(0));
        let lane = |balance: Arc<AtomicU64>| move || deposit(&balance);
        two(lane(Arc::clone(&balance)), lane(Arc::clone(&balance)));
        assert_eq!(balance.load(Ordering::SeqCst), 20);
        assert_eq!(Arc::into_inner(balance).unwrap().into_inner(), 20);
    }
}

#[test]
fn every_style_of_retry_ends_and_holds() {
    for right in RIGHT {
        assert!(holds(deposits(right)).complete);
    }
}

#[test]
fn load_then_store_loses_an_update() {
    for wrong in WRONG {
        fails(Status::Fail, deposits(wrong));
    }
}

#[test]
fn three_threads_that_retry_hold() {
    holds(|| {
        let balance = Arc::new(AtomicU64::new(0));
        let lane = |balance: Arc<AtomicU64>| move || RIGHT[2](&balance);
        let third = model::lane("C: third", lane(Arc::clone(&balance)));
        two(lane(Arc::clone(&balance)), lane(Arc::clone(&balance)));
        third.join().unwrap();
        assert_eq!(balance.load(Ordering::SeqCst), 30);
    });
}

fn spin_lock(wait: fn(), unlock: Ordering) -> impl Fn() + Send + Sync {
    move || {
        let shared = Arc::new((AtomicBool::new(false), AtomicU64::new(0)));
        let lane = move |shared: Arc<(AtomicBool, AtomicU64)>| {
            move || {
                let (locked, value) = &*shared;
                let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
                while locked.compare_exchange(false, true, success, failure).is_err() {
                    wait();
                }
                value.store(value.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                locked.store(false, unlock);
            }
        };
        two(lane(Arc::clone(&shared)), lane(Arc::clone(&shared)));
        assert_eq!(shared.1.load(Ordering::Relaxed), 2);
    }
}

#[test]
fn a_spin_lock_holds_however_it_waits() {
    for wait in [spin_loop, yield_now, || {}] {
        holds(spin_lock(wait, Ordering::Release));
    }
    holds(|| {
        let locked = Arc::new(AtomicBool::new(false));
        let lane = |locked: Arc<AtomicBool>| {
            move || {
                while locked.swap(true, Ordering::Acquire) {
                    spin_loop();
                }
                locked.store(false, Ordering::Release);
            }
        };
        two(lane(Arc::clone(&locked)), lane(Arc::clone(&locked)));
    });
}

#[test]
fn a_spin_lock_that_publishes_nothing_fails() {
    fails(Status::Fail, spin_lock(spin_loop, Ordering::Relaxed));
}

/// Each says that it is there, then looks for the other: one of them must see the other.
fn both_look(store: Ordering, load: Ordering, fenced: bool) -> impl Fn() + Send + Sync {
    move || {
        let here = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let lane = move |me: usize, here: Arc<[AtomicBool; 2]>| {
            move || {
                here[me].store(true, store);
                if fenced {
                    fence(Ordering::SeqCst);
                }
                here[1 - me].load(load)
            }
        };
        let a = model::lane("A: first", lane(0, Arc::clone(&here)));
        let b = model::lane("B: second", lane(1, Arc::clone(&here)));
        let (a, b) = (a.join().unwrap(), b.join().unwrap());
        assert!(a || b, "neither saw the other");
    }
}

#[test]
fn sequential_consistency_is_kept_and_nothing_weaker_is_taken_for_it() {
    holds(both_look(Ordering::SeqCst, Ordering::SeqCst, false));
    holds(both_look(Ordering::Relaxed, Ordering::Relaxed, true));
    let outcome = fails(Status::Fail, both_look(Ordering::Release, Ordering::Acquire, false));
    let marked = |text: &str| {
        outcome.timeline.as_ref().unwrap().rows.iter().any(|r| r.mark.as_deref() == Some(text))
    };
    assert!(marked("an old value: true is stored already"));
}

#[test]
fn a_message_needs_release_and_acquire() {
    let send = |order_store: Ordering, order_load: Ordering| {
        move || {
            let shared = Arc::new((AtomicU64::new(0), AtomicBool::new(false)));
            let reader = Arc::clone(&shared);
            two(
                move || {
                    shared.0.store(42, Ordering::Relaxed);
                    shared.1.store(true, order_store);
                },
                move || {
                    if reader.1.load(order_load) {
                        assert_eq!(reader.0.load(Ordering::Relaxed), 42);
                    }
                },
            );
        }
    };
    holds(send(Ordering::Release, Ordering::Acquire));
    holds(send(Ordering::SeqCst, Ordering::SeqCst));
    fails(Status::Fail, send(Ordering::Relaxed, Ordering::Acquire));
    fails(Status::Fail, send(Ordering::Release, Ordering::Relaxed));
}

/// What a thread wrote is known to whoever joined it, whichever ended first.
#[test]
fn a_join_hands_on_what_the_thread_knows() {
    holds(|| {
        let values = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let lane =
            |n: usize, values: Arc<[AtomicU64; 2]>| move || values[n].store(1, Ordering::Relaxed);
        let a = model::lane("A: first", lane(0, Arc::clone(&values)));
        let b = model::lane("B: second", lane(1, Arc::clone(&values)));
        b.join().unwrap();
        assert_eq!(values[1].load(Ordering::Relaxed), 1);
        a.join().unwrap();
        assert_eq!(values[0].load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_that_was_not_joined_hands_on_nothing() {
    fails(Status::Fail, || {
        let values = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let writer = Arc::clone(&values);
        let a = model::lane("A: first", move || {
            writer[0].store(1, Ordering::Relaxed);
            writer[1].store(1, Ordering::Relaxed);
        });
        if values[1].load(Ordering::Relaxed) == 1 {
            assert_eq!(values[0].load(Ordering::Relaxed), 1);
        }
        a.join().unwrap();
    });
}

#[test]
fn a_weak_swap_may_fail_for_no_reason() {
    let add = |careful: bool| {
        move || {
            let sum = Arc::new(AtomicU64::new(0));
            let add = |sum: &Arc<AtomicU64>| {
                let sum = Arc::clone(sum);
                move || {
                    let mut seen = sum.load(Ordering::SeqCst);
                    let swap = |seen| {
                        let (new, order) = (seen + 1, Ordering::SeqCst);
                        sum.compare_exchange_weak(seen, new, order, order)
                    };
                    while let Err(now) = swap(seen) {
                        assert!(careful || now != seen, "it failed, so it is another value");
                        seen = now;
                    }
                }
            };
            two(add(&sum), add(&sum));
            assert_eq!(sum.load(Ordering::SeqCst), 2);
        }
    };
    holds(add(true));
    let outcome = fails(Status::Fail, add(false));
    let failed = "compare_exchange_weak 0 → 1 failed for no reason, is 0";
    assert!(outcome.timeline.unwrap().rows.iter().any(|row| row.text == failed));
}
