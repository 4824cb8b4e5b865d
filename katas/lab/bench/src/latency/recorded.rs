//! The histogram of one worker, or of all.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Longer than this is recorded as this. Who waits for an hour does not wait any more.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// Of all values: 1.234 ms is told from 1.235 ms, and 1.234 s from 1.235 s.
const DIGITS: u8 = 3;

/// Latencies in a histogram of high dynamic range, from a nanosecond to an hour, with three digits
/// kept; and how many requests failed. Its size does not depend on how much is recorded (a quarter
/// of a megabyte): one a worker thread, not one a request.
#[derive(Debug, Clone)]
pub struct Latencies {
    histogram: Histogram<u64>,
    errors: u64,
}

/// What a table shows of latencies. All zero where nothing was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Of requests that ended well.
    pub count: u64,
    pub errors: u64,
    pub mean: Duration,
    pub p50: Duration,
    pub p90: Duration,
    pub p95: Duration,
    pub p99: Duration,
    pub p999: Duration,
    pub max: Duration,
}

impl Latencies {
    /// Nothing is recorded yet.
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, nanos(LONGEST), DIGITS);
        Self { histogram: histogram.expect("bounds and digits that are allowed"), errors: 0 }
    }

    /// A request that ended well: from when it was *meant* to start, so that what it waited for
    /// before it could start is part of it. Both since the run's beginning.
    pub fn record(&mut self, intended: Duration, ended: Duration) {
        self.histogram.saturating_record(nanos(ended.saturating_sub(intended)));
    }

    /// A request that failed. It is counted and has no latency: a fast refusal would make those
    /// that were served look faster.
    pub fn fail(&mut self) {
        self.errors += 1;
    }

    /// Takes in what another worker recorded.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.add(&other.histogram).expect("the same bounds");
        self.errors += other.errors;
    }

    /// How many requests ended well.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// How many failed.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// So long or shorter was the share `q`, from 0 to 1, of the requests that ended well.
    pub fn quantile(&self, q: f64) -> Duration {
        Duration::from_nanos(self.histogram.value_at_quantile(q))
    }

    /// What a table shows.
    pub fn summary(&self) -> Summary {
        Summary {
            count: self.count(),
            errors: self.errors,
            mean: Duration::from_secs_f64(self.histogram.mean() / 1e9),
            p50: self.quantile(0.5),
            p90: self.quantile(0.9),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            p999: self.quantile(0.999),
            max: Duration::from_nanos(self.histogram.max()),
        }
    }

    pub(super) fn histogram(&self) -> &Histogram<u64> {
        &self.histogram
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

/// Those of all workers together.
impl<'a> FromIterator<&'a Latencies> for Latencies {
    fn from_iter<I: IntoIterator<Item = &'a Latencies>>(workers: I) -> Self {
        let mut all = Self::new();
        workers.into_iter().for_each(|worker| all.merge(worker));
        all
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::load::{Arrivals, Schedule};

    const MS: Duration = Duration::from_millis(1);

    /// One request of each of these latencies.
    pub fn of(latencies: impl IntoIterator<Item = Duration>) -> Latencies {
        let mut recorded = Latencies::new();
        latencies.into_iter().for_each(|latency| recorded.record(Duration::ZERO, latency));
        recorded
    }

    /// Within the three digits that are kept.
    fn about(found: Duration, expected: Duration) -> bool {
        found.abs_diff(expected) * 1000 <= expected
    }

    #[test]
    fn a_summary_tells_the_tail() {
        let summary = of((1..=1000).map(|n| MS * n)).summary();
        assert_eq!((summary.count, summary.errors), (1000, 0));
        for (found, expected) in [
            (summary.p50, 500),
            (summary.p90, 900),
            (summary.p95, 950),
            (summary.p99, 990),
            (summary.p999, 999),
            (summary.max, 1000),
        ] {
            assert!(about(found, MS * expected), "{found:?} is not about {expected} ms");
        }
        assert!(about(summary.mean, Duration::from_micros(500_500)), "{:?}", summary.mean);
        assert_eq!(Latencies::new().summary(), Summary::default());
    }

    /// A server that answers in 1 ms but stands still in the second second. Who waits for each
    /// reply sees one slow request; from the intended starts, half of all were slow.
    #[test]
    fn a_stalled_second_is_in_the_tail_and_not_one_request() {
        let (stall, again) = (Duration::from_secs(1), Duration::from_secs(2));
        let replied = |sent: Duration| if sent < stall { sent + MS } else { sent.max(again) + MS };
        let length = Duration::from_secs(2);
        let mut open = Latencies::new();
        for &intended in Schedule::new(Arrivals::Uniform, 100.0, length, 0).starts() {
            open.record(intended, replied(intended));
        }
        let (mut closed, mut now) = (Latencies::new(), Duration::ZERO);
        while now < length {
            let ended = replied(now);
            closed.record(now, ended);
            now = ended + Duration::from_millis(9);
        }
        assert!(about(closed.summary().p90, MS) && about(closed.summary().p50, MS));
        assert!(open.quantile(0.75) > Duration::from_millis(490), "{:?}", open.summary());
        assert!(about(open.summary().max, Duration::from_millis(1001)));
    }

    /// One worker with 900 fast requests and one with 100 slow ones.
    #[test]
    fn what_is_merged_is_not_the_mean_of_the_percentiles() {
        let (fast, slow) = (of([MS; 900]), of([MS * 101; 100]));
        let all: Latencies = [&fast, &slow].into_iter().collect();
        assert_eq!(all.count(), 1000);
        assert!(about(all.quantile(0.9), MS) && about(all.quantile(0.99), MS * 101));
        let mean = (fast.quantile(0.9) + slow.quantile(0.9)) / 2;
        assert!(mean > MS * 50, "what an average would say: {mean:?}");
    }

    #[test]
    fn errors_are_counted_and_have_no_latency() {
        let mut one = of([MS]);
        one.fail();
        let mut all = Latencies::new();
        all.fail();
        all.merge(&one);
        assert_eq!((all.count(), all.errors()), (1, 2));
    }

    #[test]
    fn the_longest_is_an_hour_and_nothing_is_less_than_nothing() {
        let mut all = of([LONGEST * 2]);
        assert!(about(all.summary().max, LONGEST));
        all.record(MS, Duration::ZERO);
        assert_eq!(all.quantile(0.0), Duration::ZERO);
    }
}
