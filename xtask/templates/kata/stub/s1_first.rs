//! Step 1: the first step.

/// The larger of two numbers, whichever comes first.
pub fn larger(a: u64, b: u64) -> u64 {
    todo!("which of the two is larger?")
}
