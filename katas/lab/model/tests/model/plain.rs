//! Outside a model the facade is std.

use std::sync::TryLockError;

use model::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use model::sync::{Arc, Condvar, Mutex, RwLock};
use model::thread;

#[test]
fn real_threads_count_together() {
    let shared = Arc::new((Mutex::new(0_u64), AtomicU64::new(0), RwLock::new(0_u64)));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for _ in 0..1_000 {
                    *shared.0.lock().unwrap() += 1;
                    shared.1.fetch_add(1, Ordering::Relaxed);
                    *shared.2.write().unwrap() += 1;
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*shared.0.lock().unwrap(), 4_000);
    assert_eq!(shared.1.load(Ordering::Relaxed), 4_000);
    assert_eq!(*shared.2.read().unwrap(), 4_000);
}

#[test]
fn a_condition_variable_hands_over() {
    let shared = Arc::new((Mutex::new(None), Condvar::new()));
    let sender = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        *sender.0.lock().unwrap() = Some(3_u64);
        sender.1.notify_all();
    });
    let guard = shared.0.lock().unwrap();
    let guard = shared.1.wait_while(guard, |value| value.is_none()).unwrap();
    assert_eq!(*guard, Some(3));
    drop(guard);
    thread.join().unwrap();
}

#[test]
fn a_panic_under_a_lock_poisons_it() {
    let lock = Arc::new(Mutex::new(1_u64));
    let other = Arc::clone(&lock);
    let died = thread::spawn(move || {
        let mut value = other.lock().unwrap();
        *value = 2;
        std::panic::resume_unwind(Box::new("dies with the lock"));
    });
    assert!(died.join().is_err());
    assert!(lock.is_poisoned());
    assert!(matches!(lock.try_lock(), Err(TryLockError::Poisoned(_))));
    assert_eq!(*lock.lock().unwrap_err().into_inner(), 2);
    lock.clear_poison();
    assert_eq!(*lock.lock().unwrap(), 2);
    assert!(matches!(
        {
            let _held = lock.lock().unwrap();
            lock.try_lock().map(drop)
        },
        Err(TryLockError::WouldBlock)
    ));
    assert_eq!(Arc::into_inner(lock).unwrap().into_inner().unwrap(), 2);

    let lock = Arc::new(RwLock::new(1_u64));
    let other = Arc::clone(&lock);
    let died = thread::spawn(move || {
        let _value = other.write().unwrap();
        std::panic::resume_unwind(Box::new("dies with the lock"));
    });
    assert!(died.join().is_err());
    assert!(lock.is_poisoned() && lock.read().is_err() && lock.write().is_err());
}

#[test]
fn types_without_debug_without_static_and_without_size_are_welcome() {
    struct Opaque<'a>(&'a str);
    let word = String::from("word");
    let lock = Mutex::new(Opaque(&word));
    assert_eq!(lock.lock().unwrap().0, "word");
    let unsized_lock: Arc<Mutex<dyn Fn() -> u64 + Send>> = Arc::new(Mutex::new(|| 7));
    assert_eq!((unsized_lock.lock().unwrap())(), 7);
    let mut lock = Mutex::<Vec<u64>>::default();
    lock.get_mut().unwrap().push(1);
    assert_eq!(format!("{lock:?}"), format!("{:?}", std::sync::Mutex::new(vec![1_u64])));
}

#[test]
fn atomics_do_what_std_s_do() {
    macro_rules! same {
        ($name:ident, $a:expr, $b:expr, [$($change:ident),+]) => {{
            let (ours, std) = ($name::new($a), std::sync::atomic::$name::new($a));
            let order = Ordering::SeqCst;
            $(
                assert_eq!(ours.$change($b, order), std.$change($b, order));
                assert_eq!(ours.load(order), std.load(order));
            )+
            assert_eq!(ours.swap($a, order), std.swap($a, order));
            assert_eq!(
                ours.compare_exchange($b, $a, order, order),
                std.compare_exchange($b, $a, order, order)
            );
            assert_eq!(
                ours.fetch_update(order, order, |_| None),
                std.fetch_update(order, order, |_| None)
            );
            ours.store($b, order);
            assert_eq!(ours.into_inner(), $b);
        }};
    }
    same!(AtomicU64, 6, 3, [fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_nand]);
    same!(AtomicU32, 6, 3, [fetch_max, fetch_min]);
    same!(AtomicUsize, 6, 3, [fetch_add]);
    same!(AtomicI64, -6, 3, [fetch_max, fetch_min, fetch_sub]);
    same!(AtomicBool, true, false, [fetch_and, fetch_or, fetch_xor, fetch_nand]);
}
