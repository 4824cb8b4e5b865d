//! What is measured, and how long.

use std::time::Duration;

use bench_lab::{Effort, Profile};

/// More connections than the private server lets in at once, with others beside.
const MOST: usize = 90;

/// Clients, and how often each request is sent at once.
pub const PROFILE: Profile = Profile {
    full: Effort { rounds: 5, run: Duration::from_millis(500), warm_up: None },
    quick: Effort { rounds: 1, run: Duration::from_millis(150), warm_up: None },
    concurrency: &[1, 4, 16],
    quick_concurrency: &[4],
    keys: &[1, 20],
    concurrency_allowed: 1..=MOST,
    keys_allowed: 1..=MOST,
    flags: &[],
    values: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_always_a_round_that_was_measured() {
        assert_eq!((PROFILE.full.rounds % 2, PROFILE.quick.rounds % 2), (1, 1));
    }
}
