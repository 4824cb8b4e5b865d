//! Step 1: see it break.

use k02_given::Who;

/// B has looked and decided; then it is held up while A withdraws from begin to end.
pub fn losing_schedule() -> Vec<Who> {
    vec![Who::B, Who::B, Who::A, Who::A, Who::A, Who::B]
}
