//! What is measured, and how long.

use std::time::Duration;

use bench_lab::{Effort, Profile};

/// More connections than the private server lets in at once, with others beside.
const MOST: usize = 100;

/// The grid of anomalies instead of a measurement.
pub const GRID: &str = "--grid";

/// Clients and accounts.
pub const PROFILE: Profile = Profile {
    full: Effort { rounds: 5, run: Duration::from_millis(400), warm_up: None },
    quick: Effort { rounds: 1, run: Duration::from_millis(150), warm_up: None },
    concurrency: &[1, 2, 4, 8, 16],
    quick_concurrency: &[1, 8],
    keys: &[2, 64],
    concurrency_allowed: 1..=MOST,
    // A transfer needs two.
    keys_allowed: 2..=MOST,
    flags: &[GRID],
    values: &[],
};

#[cfg(test)]
mod tests {
    use bench_lab::{Asked, Lang, Point, parse};

    use super::*;

    #[test]
    fn what_may_be_asked_for() {
        let points = |list: &str| {
            let args = ["--points", list].map(Into::into);
            match parse(args, Lang::En, &PROFILE) {
                Ok(Asked::Bench(options)) => Some(options.points),
                _ => None,
            }
        };
        assert_eq!(points("100x2"), Some(vec![Point { concurrency: 100, keys: 2 }]));
        assert_eq!((points("1x1"), points("2x101"), points("101x2")), (None, None, None));
    }

    #[test]
    fn the_median_is_always_a_round_that_was_measured() {
        assert_eq!((PROFILE.full.rounds % 2, PROFILE.quick.rounds % 2), (1, 1));
    }
}
