use model::fault::{Ended, panic_at};
use model::sync::atomic::{AtomicU64, Ordering};
use model::sync::{Mutex, PoisonError};

#[test]
fn every_operation_can_be_the_one_that_dies() {
    let withdraw = |account: &Mutex<u64>, times: &AtomicU64| {
        let mut balance = account.lock().unwrap(); // 1
        if *balance >= 70 {
            *balance -= 70; // 2 was the look, this is 3
        }
        times.fetch_add(1, Ordering::SeqCst); // 4
    };
    let mut seen = Vec::new();
    for n in 1.. {
        let (account, times) = (Mutex::new(100_u64), AtomicU64::new(0));
        let ended = panic_at(n, || withdraw(&account, &times));
        seen.push((account.is_poisoned(), times.load(Ordering::SeqCst)));
        let left = *account.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(left, if n <= 3 { 100 } else { 30 });
        if ended == Ended::Completed(()) {
            break;
        }
    }
    assert_eq!(seen, [(false, 0), (true, 0), (true, 0), (true, 0), (false, 1)]);
}

#[test]
fn a_fault_that_was_caught_was_a_fault() {
    let lock = Mutex::new(1_u64);
    let caught = || std::panic::catch_unwind(|| drop(lock.lock())).is_err();
    assert_eq!(panic_at(1, caught), Ended::Panicked);
    assert_eq!(panic_at(2, caught), Ended::Completed(false));
    assert_eq!(*lock.lock().unwrap(), 1);
}

#[test]
fn another_panic_is_passed_on() {
    let own =
        std::panic::catch_unwind(|| panic_at(9, || std::panic::resume_unwind(Box::new("its own"))));
    assert_eq!(own.unwrap_err().downcast_ref(), Some(&"its own"));
}
