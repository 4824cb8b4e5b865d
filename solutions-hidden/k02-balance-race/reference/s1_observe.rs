//! Step 1: see it break.

use k02_given::Who;

/// Both read 100 before either writes: then both checks are about a balance that is gone.
pub fn losing_schedule() -> Vec<Who> {
    use Who::{A, B};
    vec![A, B, A, A, B, B]
}
