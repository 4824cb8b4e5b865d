//! How a failed expectation is said: what was done, what should have come, what came.

use std::fmt::{Debug, Display};

/// Fails unless `saw` is `expected`. One type for both, so that a submission cannot answer with
/// something that is equal to everything.
#[expect(clippy::needless_pass_by_value, reason = "answers are compared where they are made")]
#[track_caller]
pub fn same<T: PartialEq + Debug>(what: impl Display, saw: T, expected: T) {
    assert!(saw == expected, "{what}.\nExpected: {expected:?}\nSaw:      {saw:?}");
}

/// Fails unless `saw` is one of `endings`: those that the calls would have had one after another.
#[track_caller]
pub fn one_of(what: impl Display, saw: &str, endings: &[&str]) {
    let expected = endings.join("\n      or: ");
    assert!(endings.contains(&saw), "{what}.\nExpected: {expected}\nSaw:      {saw}");
}
