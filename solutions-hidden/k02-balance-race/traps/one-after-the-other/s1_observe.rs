//! Step 1: see it break.

use k02_given::Who;

/// A losing schedule.
pub fn losing_schedule() -> Vec<Who> {
    use Who::{A, B};
    vec![A, A, A, B, B]
}
