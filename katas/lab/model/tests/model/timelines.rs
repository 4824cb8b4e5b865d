use model::sync::atomic::{AtomicU64, Ordering};
use model::sync::{Arc, Mutex};
use protocol::Status;

use crate::{fails, locks_in_opposite_orders, text};

#[test]
fn the_lost_update_in_eighty_columns() {
    let outcome = fails(Status::Fail, || {
        let balance = Arc::new(Mutex::new(100_u64));
        let withdraw = |balance: &Arc<Mutex<u64>>| {
            let balance = Arc::clone(balance);
            move || {
                let enough = *balance.lock().unwrap() >= 70;
                if enough {
                    let mut now = balance.lock().unwrap();
                    *now = now.wrapping_sub(70);
                }
                enough
            }
        };
        let a = model::lane("A: withdraw 70", withdraw(&balance));
        let b = model::lane("B: withdraw 70", withdraw(&balance));
        let paid = u32::from(a.join().unwrap()) + u32::from(b.join().unwrap());
        assert_eq!(paid, 1, "100 pays 70 once");
    });
    let expected = format!(
        "      A: withdraw 70                       B: withdraw 70
  1   lock → 100  :7
  2   unlock, locked  :7
  3                                        lock → 100  :7
  4                                        unlock, locked  :7
  5                                        lock → 100  :7
  6                                        unlock, now 30, locked  :7
  7   lock → 30  :7  ← was 100 at 1
  8   unlock, now 18446744073709551576,
        locked  :7
      (:n is line n of {})
",
        file!()
    );
    assert_eq!(text(&outcome), expected);
}

#[test]
fn the_deadlock_in_eighty_columns() {
    let outcome = locks_in_opposite_orders();
    assert_eq!(
        text(&outcome),
        "      A: 10 from 1 to 2                    B: 10 from 2 to 1
  1   lock 1 → 100  :7
  2                                        lock 2 → 50  :7
  3   lock 2 … waits  :7
  4                                        lock 1 … waits  :7
      (:n is line n of katas/lab/model/tests/model/main.rs)
"
    );
    let place = outcome.place.unwrap();
    assert_eq!(Some(&place), outcome.timeline.unwrap().rows[2].at.as_ref());
}

#[test]
fn an_overwritten_store_is_marked_with_its_row() {
    let outcome = fails(Status::Fail, || {
        let balance = Arc::new(AtomicU64::new(100));
        let deposit = |balance: &Arc<AtomicU64>| {
            let balance = Arc::clone(balance);
            move || balance.store(balance.load(Ordering::SeqCst) + 10, Ordering::SeqCst)
        };
        let a = model::thread::spawn(deposit(&balance));
        let b = model::thread::spawn(deposit(&balance));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(balance.load(Ordering::SeqCst), 120);
    });
    let expected = "      thread 1                             thread 2
  1   load → 100  :7
  2                                        load → 100  :7
  3                                        store 110  :7
  4   store 110  :7  ← overwrites 3
";
    assert!(text(&outcome).starts_with(expected), "{}", text(&outcome));
}

/// The test's own steps are columns only where threads run beside them.
#[test]
fn the_test_s_own_steps_are_shown_where_they_matter() {
    let outcome = fails(Status::Fail, || {
        let value = Arc::new(Mutex::new(0_u64));
        *value.lock().unwrap() = 1;
        let other = Arc::clone(&value);
        let a = model::lane("A: set 2", move || *other.lock().unwrap() = 2);
        let seen = *value.lock().unwrap();
        a.join().unwrap();
        drop(value.lock());
        assert_eq!(seen, 1);
    });
    let timeline = outcome.timeline.unwrap();
    assert_eq!(timeline.lanes, ["test", "A: set 2"]);
    let rows: Vec<_> = timeline.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(rows, ["lock → 1", "unlock, now 2, locked", "lock → 2", "unlock, locked"]);
}

/// A lock that was in the way: once as a wish, once as a fact.
#[test]
fn a_wait_that_ends_has_two_rows() {
    let outcome = fails(Status::Fail, || {
        let lock = Arc::new(Mutex::new(5_u64));
        let other = Arc::clone(&lock);
        let guard = lock.lock().unwrap();
        let a = model::lane("A: look", move || *other.lock().unwrap());
        model::thread::yield_now();
        drop(guard);
        assert_eq!(a.join().unwrap(), 6);
    });
    let timeline = outcome.timeline.unwrap();
    let rows: Vec<_> = timeline.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(
        rows,
        ["yield_now", "lock … waits", "unlock, locked", "locked → 5 (waited)", "unlock, locked"]
    );
}
