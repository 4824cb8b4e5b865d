//! What is measured, and how long.

use std::time::Duration;

use bench_lab::{Effort, Profile};

/// More connections than the private server lets in at once, with others beside.
const MOST: usize = 100;

/// Of a hundred deliveries, at most so many are duplicates.
pub const MOST_DUPLICATES: usize = 50;

/// Workers, and duplicates of a hundred deliveries.
pub const PROFILE: Profile = Profile {
    full: Effort { rounds: 5, run: Duration::from_millis(400), warm_up: None },
    quick: Effort { rounds: 1, run: Duration::from_millis(150), warm_up: None },
    concurrency: &[1, 4, 16],
    quick_concurrency: &[4],
    keys: &[0, 10, 25, MOST_DUPLICATES],
    concurrency_allowed: 1..=MOST,
    keys_allowed: 0..=MOST_DUPLICATES,
    flags: &[],
    values: &[],
};
