//! What is measured, and how long.

use std::time::Duration;

use bench_lab::{Effort, Profile};

/// Threads and accounts.
pub const PROFILE: Profile = Profile {
    full: Effort {
        rounds: 11,
        run: Duration::from_millis(150),
        warm_up: Some(Duration::from_millis(100)),
    },
    quick: Effort {
        rounds: 3,
        run: Duration::from_millis(60),
        warm_up: Some(Duration::from_millis(30)),
    },
    concurrency: &[1, 2, 4, 8, 16],
    quick_concurrency: &[1, 4],
    keys: &[1, 64],
    // More would be a test of the operating system: each crossbeam account is a thread, too.
    concurrency_allowed: 1..=1024,
    keys_allowed: 1..=1024,
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
