use model::sync::{Arc, Mutex};

/// Whether [`crate::runner`] asked for this process: its tests fail on purpose.
fn asked_for() -> bool {
    std::env::var_os(protocol::REQUEST_ENV).is_some()
}

fn transfers(second: [usize; 2]) {
    let bank = Arc::new([Mutex::new(100_u64), Mutex::new(100_u64)]);
    let lane = |[from, to]: [usize; 2], bank: &Arc<[Mutex<u64>; 2]>| {
        let bank = Arc::clone(bank);
        move || {
            let mut from = bank[from].lock().unwrap();
            let mut to = bank[to].lock().unwrap();
            *from -= 10;
            *to += 10;
        }
    };
    let a = model::lane("A: 1 to 2", lane([0, 1], &bank));
    let b = model::lane("B: again", lane(second, &bank));
    a.join().unwrap();
    b.join().unwrap();
}

/// Right.
#[suite::test(model)]
fn holds() {
    transfers([0, 1]);
}

/// Deadlocks.
#[suite::test(model)]
fn deadlocks() {
    transfers(if asked_for() { [1, 0] } else { [0, 1] });
}

/// Loses an update.
#[suite::test(model)]
fn loses() {
    let count = Arc::new(Mutex::new(0_u64));
    let add = |count: &Arc<Mutex<u64>>| {
        let count = Arc::clone(count);
        move || {
            let before = *count.lock().unwrap();
            *count.lock().unwrap() = before + 1;
        }
    };
    let a = model::lane("A: add 1", add(&count));
    let b = model::lane("B: add 1", add(&count));
    a.join().unwrap();
    b.join().unwrap();
    assert!(*count.lock().unwrap() == 2 || !asked_for(), "one was lost");
}

/// Is not written yet.
#[suite::test(model)]
fn unwritten() {
    drop(Mutex::new(0_u64).lock());
    if asked_for() {
        todo!();
    }
}

/// Panics in a destructor while the schedule is torn down, which aborts the process.
#[suite::test(model)]
fn aborts() {
    struct Dies;
    impl Drop for Dies {
        fn drop(&mut self) {
            assert!(!std::thread::panicking(), "a second panic");
        }
    }
    let lock = Mutex::new(0_u64);
    let _dies = Dies;
    let _first = lock.lock();
    if asked_for() {
        drop(lock.lock());
    }
}
