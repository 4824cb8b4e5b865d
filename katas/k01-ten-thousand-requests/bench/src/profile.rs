//! What is measured, and how long.

use std::time::Duration;

use bench_lab::{Effort, Point, Profile};

/// A server of this machine, instead of the five runtimes.
pub const TARGET: &str = "--target";
/// Requests a second for it.
pub const RATE: &str = "--rate";

/// Requests in flight, and microseconds that each computes.
pub const PROFILE: Profile = Profile {
    full: Effort { rounds: 1, run: Duration::from_secs(3), warm_up: None },
    quick: Effort { rounds: 1, run: Duration::from_millis(400), warm_up: None },
    concurrency: &[1, 100, 1_000, 10_000],
    quick_concurrency: &[1, 100],
    keys: &[50],
    concurrency_allowed: 1..=20_000,
    keys_allowed: 1..=1_000,
    flags: &[],
    values: &[TARGET, RATE],
};

/// Requests a second, at most: few enough that two cores have time for each of them on any way.
const MOST: f64 = 2000.0;
/// Requests wait so long at least: beside it, what a timer rounds up is little.
const SHORTEST: Duration = Duration::from_millis(5);

/// How long each request waits, and how many come a second, so that on average as many are in
/// flight as the point says (Little: as many as come a second, times how long they stay).
pub fn load(point: Point) -> (Duration, f64) {
    #[expect(clippy::cast_precision_loss, reason = "at most 20,000")]
    let in_flight = point.concurrency as f64;
    let wait = Duration::from_secs_f64(in_flight / MOST).max(SHORTEST);
    (wait, in_flight / wait.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_come_as_leave_so_many_in_flight() {
        let of = |concurrency| load(Point { concurrency, keys: 50 });
        assert_eq!(of(1), (Duration::from_millis(5), 200.0));
        assert_eq!(of(100), (Duration::from_millis(50), 2000.0));
        assert_eq!(of(10_000), (Duration::from_secs(5), 2000.0));
    }
}
