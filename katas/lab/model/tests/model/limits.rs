//! What a model cannot follow, told in words.

use std::sync::atomic::{AtomicU64, Ordering};

use model::sync::{Arc, Mutex};
use protocol::{Outcome, Status};

use crate::{fails, holds, text, two};

#[test]
fn a_model_that_saw_nothing_fails() {
    let outcome = fails(Status::Fail, || two(|| {}, || {}));
    assert!(outcome.message.starts_with("The model saw no lock and no atomic"));
}

#[test]
fn code_that_does_not_repeat_itself_is_told() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let outcome = fails(Status::Fail, || {
        let lock = Mutex::new(0_u64);
        for _ in 0..CALLS.fetch_add(1, Ordering::Relaxed) {
            *lock.lock().unwrap() += 1;
        }
    });
    assert!(outcome.message.starts_with("The code did not repeat itself"), "{}", outcome.message);
}

#[test]
fn a_lock_from_another_schedule_is_told() {
    let lock = Arc::new(Mutex::new(0_u64));
    let outcome = fails(Status::Fail, move || *lock.lock().unwrap() += 1);
    assert!(outcome.message.starts_with("a lock or an atomic that lives longer"));
}

#[test]
fn too_many_threads_are_told() {
    let outcome = fails(Status::Fail, || {
        let lock = Arc::new(Mutex::new(0_u64));
        for _ in 0..5 {
            let lock = Arc::clone(&lock);
            model::thread::spawn(move || drop(lock.lock()));
        }
    });
    assert_eq!(outcome.message, "The model follows 4 threads besides the test's own.");
}

#[test]
fn a_panic_that_is_caught_fails_the_schedule_all_the_same() {
    let outcome = fails(Status::Fail, || {
        let lock = Mutex::new(0_u64);
        drop(lock.lock());
        let _ = std::panic::catch_unwind(|| panic!("swallowed"));
    });
    assert_eq!(outcome.message, "swallowed");
}

#[test]
fn a_suite_s_own_outcome_keeps_its_words_and_gets_the_timeline() {
    let outcome = fails(Status::Fail, || {
        let lock = Mutex::new(5_u64);
        drop(lock.lock());
        model::note("Think first.");
        model::table([["account", "1"], ["after", "5"]].map(|row| row.map(String::from)));
        suite::fail(Outcome::new(Status::Fail, "5 too many"));
    });
    assert_eq!(outcome.message, "5 too many");
    assert_eq!(outcome.place, None);
    let text = text(&outcome);
    assert!(text.contains("lock → 5") && text.contains("account   1"), "{text}");
    assert!(text.ends_with("Think first.\n"), "{text}");
}

#[test]
fn a_large_search_ends_without_being_complete() {
    let explored = holds(|| {
        let lock = Arc::new(Mutex::new(0_u64));
        let add = |lock: Arc<Mutex<u64>>| {
            move || {
                for _ in 0..4 {
                    *lock.lock().unwrap() += 1;
                }
            }
        };
        let third = model::lane("C: third", add(Arc::clone(&lock)));
        two(add(Arc::clone(&lock)), add(Arc::clone(&lock)));
        third.join().unwrap();
        assert_eq!(*lock.lock().unwrap(), 12);
    });
    assert!(!explored.complete);
}

/// A failure leaves nothing behind: the next model in the process is a fresh one, and other
/// threads never notice.
#[test]
fn models_of_one_process_do_not_disturb_one_another() {
    let right = || {
        let lock = Arc::new(Mutex::new(0_u64));
        let other = Arc::clone(&lock);
        two(move || *lock.lock().unwrap() += 1, move || *other.lock().unwrap() += 1);
    };
    let plain = Mutex::new(0_u64);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..20 {
                    crate::locks_in_opposite_orders();
                    assert!(model::explore(right).is_ok());
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..1_000 {
                *plain.lock().unwrap() += 1;
            }
        });
    });
    assert_eq!(plain.into_inner().unwrap(), 1_000);
}
