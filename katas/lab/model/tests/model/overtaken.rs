use std::cell::Cell;
use std::rc::Rc;

use model::fault::places;
use model::overtaken;
use model::sync::atomic::{AtomicU64, Ordering::SeqCst};
use model::sync::{Arc, Mutex, MutexGuard};

fn told(f: impl FnOnce()) -> String {
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    let failure = end.expect_err("it fails").downcast::<suite::Failure>().expect("by the lab");
    failure.0.message.replace('\n', " ")
}

#[test]
fn a_loop_loses_as_often_as_it_is_told_to() {
    let sum = Arc::new(AtomicU64::new(0));
    let (other, tries) = (Arc::clone(&sum), Rc::new(Cell::new(0)));
    let by = move || {
        other.fetch_add(1, SeqCst);
    };
    overtaken("A", 501, by, || {
        let mut seen = sum.load(SeqCst);
        while let Err(now) = sum.compare_exchange(seen, seen + 1, SeqCst, SeqCst) {
            seen = now;
            tries.set(tries.get() + 1);
        }
    });
    assert_eq!((sum.load(SeqCst), tries.get()), (502, 500));
}

#[test]
fn a_lock_of_one_who_stands_still_is_never_given_back() {
    let lock = Arc::new(Mutex::new(0_u64));
    let other = Arc::clone(&lock);
    let said = told(|| {
        overtaken("A", 9, move || *other.lock().unwrap() += 1, || *lock.lock().unwrap() += 1);
    });
    assert_eq!(
        said,
        "Another call waits for a lock, while A stands still: it would wait as long as that thread \
         is stopped."
    );
}

#[test]
fn a_flag_of_one_who_stands_still_is_never_cleared() {
    let flag = Arc::new(AtomicU64::new(0));
    let take = |flag: &AtomicU64| {
        while flag.swap(1, SeqCst) == 1 {}
        flag.store(0, SeqCst);
    };
    let other = Arc::clone(&flag);
    let said = told(|| overtaken("A", 9, move || take(&other), || take(&flag)));
    assert!(said.starts_with("Another call makes 1000 operations without"), "{said}");
}

struct Turn<'a>(&'a Mutex<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(self.0) = false;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(model::sync::PoisonError::into_inner)
}

#[test]
fn what_destructors_do_at_the_end_is_no_place_for_a_fault() {
    let call = |(busy, balance): &(Mutex<bool>, Mutex<u64>)| {
        *lock(busy) = true; // 1 and 2
        let _turn = Turn(busy); // its end: 5 and 6
        *lock(balance) += 1; // 3 and 4
    };
    assert_eq!(places(|| (Mutex::new(false), Mutex::new(1)), call), 4);
    assert_eq!(places(|| Mutex::new(1_u64), |balance| *lock(balance) += 1), 2);
}
