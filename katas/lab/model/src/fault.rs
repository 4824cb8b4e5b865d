//! Panics on demand: what happens to the rest when code dies in the middle of an operation.
//!
//! loom never poisons a lock by itself, so this is for plain tests, on std's locks.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

thread_local! {
    /// Operations left before the panic; 0 when none is planned.
    static LEFT: Cell<usize> = const { Cell::new(0) };
    /// Operations of destructors while a panic unwound.
    static UNWOUND: Cell<usize> = const { Cell::new(0) };
}

/// The payload of a panic that [`panic_at`] caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Injected;

/// What became of the code given to [`panic_at`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<R> {
    /// It made fewer operations than were waited for, and returned.
    Completed(R),
    /// It panicked where it was told to.
    Panicked,
}

/// Runs `f` so that the `n`-th operation (from 1) which this thread makes on [`crate::sync`]
/// panics before it takes effect, with every guard held as it is then: taking a lock, going
/// through a guard to its value, using an atomic, waiting, notifying, joining.
///
/// Walk through all of them:
///
/// ```
/// use model::fault::{Ended, panic_at};
/// use model::sync::Mutex;
///
/// let withdraw = |account: &Mutex<u64>| {
///     *account.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) -= 70;
/// };
/// for n in 1.. {
///     let account = Mutex::new(100);
///     if let Ended::Completed(()) = panic_at(n, || withdraw(&account)) {
///         break;
///     }
///     withdraw(&account); // whatever died before, the account still serves
/// }
/// ```
///
/// The panic makes no sound: the process's panic hook is not called.
///
/// # Panics
/// With the panic of `f` when it is its own, and in a model.
pub fn panic_at<R>(n: usize, f: impl FnOnce() -> R) -> Ended<R> {
    assert!(!crate::search::exploring(), "`panic_at` is for plain tests, not for models");
    assert!(n > 0, "operations are counted from 1");
    panic_at_counted(n, f).0
}

/// Also how many operations there were.
fn panic_at_counted<R>(n: usize, f: impl FnOnce() -> R) -> (Ended<R>, usize) {
    LEFT.set(n);
    let result = catch_unwind(AssertUnwindSafe(f));
    let left = LEFT.replace(0);
    let ended = match result {
        Ok(value) if left > 0 => Ended::Completed(value),
        // Whether `f` caught the panic itself is its own affair.
        Ok(_) => Ended::Panicked,
        Err(panic) if panic.is::<Injected>() => Ended::Panicked,
        Err(panic) => resume_unwind(panic),
    };
    (ended, n - left)
}

/// At how many of its operations `call` can panic by a fault of its work: at all of them but those
/// of the destructors that end it. A panic there would be the fault of whatever gives something
/// back, a lock made by hand for example, and of nothing else.
///
/// They are the destructors' because a panic just before them makes the same number of operations
/// while it unwinds as are left without one.
///
/// # Panics
/// As [`panic_at`].
pub fn places<S, R>(make: impl Fn() -> S, call: impl Fn(&S) -> R) -> usize {
    let all = {
        let state = make();
        let many = usize::MAX;
        panic_at_counted(many, || call(&state)).1
    };
    let ends_in_destructors = |n: &usize| {
        let state = make();
        UNWOUND.set(0);
        let ended = panic_at(*n, || call(&state));
        matches!(ended, Ended::Panicked) && n + UNWOUND.get() == all
    };
    (1..all).find(ends_in_destructors).unwrap_or(all)
}

/// An operation of the facade is about to happen, outside a model.
pub(crate) fn point() {
    crate::overtake::point();
    if std::thread::panicking() {
        UNWOUND.set(UNWOUND.get() + 1);
    }
    let left = LEFT.get();
    if left == 0 || std::thread::panicking() {
        return;
    }
    LEFT.set(left - 1);
    if left == 1 {
        resume_unwind(Box::new(Injected));
    }
}
