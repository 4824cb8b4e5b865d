use model::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use model::sync::{Arc, Mutex, RwLock};
use model::{check_beside, check_blocks_nobody};
use protocol::Status;

use crate::text;

type Accounts = Arc<[Mutex<u64>; 4]>;

fn accounts() -> Accounts {
    Arc::new(std::array::from_fn(|_| Mutex::new(100)))
}

fn transfer(accounts: &Accounts, from: usize, to: usize) -> impl FnOnce() + Send + use<> {
    let accounts = Arc::clone(accounts);
    move || {
        let mut from = accounts[from].lock().unwrap();
        let mut to = accounts[to].lock().unwrap();
        *from -= 10;
        *to += 10;
    }
}

#[test]
fn transfers_of_other_accounts_run_beside() {
    let make = || {
        let accounts = accounts();
        (transfer(&accounts, 0, 1), transfer(&accounts, 2, 3))
    };
    assert_eq!(check_beside("A: 1 to 2", "B: 3 to 4", make), Ok(()));
}

#[test]
fn a_short_look_into_a_table_does_no_harm() {
    let make = || {
        let table = Arc::new((Mutex::new(()), accounts()));
        let lane = |from: usize, to: usize| {
            let table = Arc::clone(&table);
            move || {
                drop(table.0.lock().unwrap());
                transfer(&table.1, from, to)();
            }
        };
        (lane(0, 1), lane(2, 3))
    };
    assert_eq!(check_beside("A: 1 to 2", "B: 3 to 4", make), Ok(()));
}

#[test]
fn readers_of_one_table_run_beside() {
    let make = || {
        let table = Arc::new((RwLock::new(()), accounts()));
        let lane = |from: usize, to: usize| {
            let table = Arc::clone(&table);
            move || {
                let _table = table.0.read().unwrap();
                transfer(&table.1, from, to)();
            }
        };
        (lane(0, 1), lane(2, 3))
    };
    assert_eq!(check_beside("A: 1 to 2", "B: 3 to 4", make), Ok(()));
}

#[test]
fn one_lock_for_all_is_told() {
    let make = || {
        let table = Arc::new((Mutex::new(7_u64), accounts()));
        let lane = |from: usize, to: usize| {
            let table = Arc::clone(&table);
            move || {
                let _all = table.0.lock().unwrap();
                transfer(&table.1, from, to)();
            }
        };
        (lane(0, 1), lane(2, 3))
    };
    let outcome = check_beside("A: 1 to 2", "B: 3 to 4", make).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(
        outcome.message,
        "B cannot work while A holds a lock: whichever lock A stops with, B waits."
    );
    let text = text(&outcome);
    assert!(text.contains("lock 5 → 7") || text.contains("lock 1 → 7"), "{text}");
    assert!(text.contains("… waits"), "{text}");
}

#[test]
fn a_lock_that_is_tried_in_a_loop_waits_too() {
    let make = || {
        let lock = Arc::new(Mutex::new(7_u64));
        let other = Arc::clone(&lock);
        let try_it = move || {
            while other.try_lock().is_err() {
                model::thread::yield_now();
            }
        };
        (move || drop(lock.lock()), try_it)
    };
    assert!(check_beside("A: hold", "B: look", make).is_err());
}

#[test]
fn who_takes_no_lock_keeps_nobody_waiting() {
    assert_eq!(check_beside("A: nothing", "B: nothing", || (|| {}, || {})), Ok(()));
}

#[test]
fn a_panic_is_a_panic() {
    let outcome = check_beside("A: dies", "B: nothing", || (|| panic!("at once"), || {}));
    assert_eq!(outcome.unwrap_err().message, "A panicked: at once");
}

#[test]
fn a_retry_loop_blocks_nobody() {
    let make = || {
        let count = Arc::new(AtomicU64::new(0));
        let lane = |count: &Arc<AtomicU64>| {
            let count = Arc::clone(count);
            move || {
                let add = |n| Some(n + 1);
                count.fetch_update(Ordering::AcqRel, Ordering::Acquire, add).unwrap();
            }
        };
        (lane(&count), lane(&count))
    };
    assert_eq!(check_blocks_nobody("A: add", "B: add", make), Ok(()));
}

#[test]
fn a_lock_blocks_and_so_does_a_flag() {
    let lock = || {
        let count = Arc::new(Mutex::new(0_u64));
        let other = Arc::clone(&count);
        (move || *count.lock().unwrap() += 1, move || *other.lock().unwrap() += 1)
    };
    let outcome = check_blocks_nobody("A: add", "B: add", lock).unwrap_err();
    assert_eq!(outcome.message, "A stands still after its last step here, and B waits for it.");
    assert!(text(&outcome).contains("lock … waits"));

    let flag = || {
        let busy = Arc::new(AtomicBool::new(false));
        let lane = |busy: &Arc<AtomicBool>| {
            let busy = Arc::clone(busy);
            move || {
                while busy.swap(true, Ordering::Acquire) {
                    model::hint::spin_loop();
                }
                busy.store(false, Ordering::Release);
            }
        };
        (lane(&busy), lane(&busy))
    };
    assert_eq!(check_beside("A: flag", "B: flag", flag), Ok(()));
    assert!(check_blocks_nobody("A: flag", "B: flag", flag).is_err());
}
