//! What a report must say, worked out the slow way: from all latencies, sorted.

use std::time::{Duration, Instant};

use k01::s1_measure::Recorder;
use k01_given::Report;

/// A recorder with these latencies, all of requests that succeeded.
pub fn recorded(latencies: &[Duration]) -> Recorder {
    let mut recorder = Recorder::new();
    let intended = Instant::now();
    for &latency in latencies {
        recorder.record(intended, intended + latency, true);
    }
    recorder
}

/// The smallest of `sorted` that `share` of 1,000 of them do not exceed; zero of none.
pub fn percentile(sorted: &[Duration], share: usize) -> Duration {
    let rank = (sorted.len() * share).div_ceil(1_000);
    rank.checked_sub(1).map_or(Duration::ZERO, |at| sorted[at])
}

/// Fails unless the report says of these latencies what is true, to within what a recorder may be
/// off by.
#[track_caller]
pub fn expect(what: &str, saw: &Report, latencies: &[Duration], errors: u64, throughput: f64) {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    suite::say::same(format!("{what}: requests"), saw.count, latencies.len() as u64);
    suite::say::same(format!("{what}: errors"), saw.errors, errors);
    for (name, saw, share) in [
        ("p50", saw.p50, 500),
        ("p95", saw.p95, 950),
        ("p99", saw.p99, 990),
        ("p99.9", saw.p999, 999),
        ("max", saw.max, 1_000),
    ] {
        close(&format!("{what}: {name}"), saw, percentile(&sorted, share));
    }
    let off = (saw.throughput - throughput).abs();
    suite::say::holds(
        format!("{what}: throughput, in successes a second"),
        throughput,
        saw.throughput,
        off <= throughput / 1_000_000.0,
    );
}

/// Off by a thousandth at most, or by a microsecond.
#[track_caller]
pub fn close(what: &str, saw: Duration, expected: Duration) {
    let may_be_off = (expected / 1_000).max(Duration::from_micros(1));
    suite::say::holds(
        what,
        format!("{expected:?}, give or take {may_be_off:?}"),
        format!("{saw:?}"),
        saw.abs_diff(expected) <= may_be_off,
    );
}
