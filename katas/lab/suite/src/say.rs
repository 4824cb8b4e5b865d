//! How a failed expectation is said: what was done, what should have come, what came.

use std::fmt::{Debug, Display};

/// Fails unless `saw` is `expected`. One type for both, so that a submission cannot answer with
/// something that is equal to everything.
///
/// # Panics
/// When they differ.
#[expect(clippy::needless_pass_by_value, reason = "answers are compared where they are made")]
#[track_caller]
pub fn same<T: PartialEq + Debug>(what: impl Display, saw: T, expected: T) {
    assert!(saw == expected, "{what}.\nExpected: {expected:?}\nSaw:      {saw:?}");
}

/// Fails unless it is true.
///
/// # Panics
/// When it is not.
#[track_caller]
pub fn holds(what: impl Display, expected: impl Display, saw: impl Display, is: bool) {
    assert!(is, "{what}.\nExpected: {expected}\nSaw:      {saw}");
}
