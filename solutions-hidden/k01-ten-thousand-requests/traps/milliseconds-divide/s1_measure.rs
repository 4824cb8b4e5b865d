//! Step 1: measure what the customer waits.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use k01_given::Report;
use tokio::time::{Instant as Clock, sleep_until};

/// One hour in microseconds, and the digits that are kept.
const LONGEST: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// The latencies of many requests, in little memory however many they are.
pub struct Recorder {
    /// In microseconds.
    latencies: Histogram<u64>,
    errors: u64,
}

impl Recorder {
    /// Nothing was measured yet.
    pub fn new() -> Self {
        let latencies = Histogram::new_with_bounds(1, LONGEST, DIGITS);
        Self { latencies: latencies.expect("the bounds are in order"), errors: 0 }
    }

    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        let latency = done.saturating_duration_since(intended).as_micros();
        // Saturating: what is off the scale is still the worst that there was.
        self.latencies.saturating_record(u64::try_from(latency).unwrap_or(u64::MAX));
        self.errors += u64::from(!ok);
    }

    /// Adds counts, bucket by bucket: percentiles are made of them at the end, and only there.
    pub fn merge(&mut self, other: &Self) {
        self.latencies.add(&other.latencies).expect("all recorders have the same bounds");
        self.errors += other.errors;
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 requests")]
    pub fn report(&self, wall: Duration) -> Report {
        let at = |quantile| Duration::from_micros(self.latencies.value_at_quantile(quantile));
        let count = self.latencies.len();
        let succeeded = (count - self.errors) as f64;
        Report {
            count,
            errors: self.errors,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: Duration::from_micros(self.latencies.max()),
            throughput: if wall.as_millis() == 0 {
                0.0
            } else {
                succeeded * 1_000.0 / wall.as_millis() as f64
            },
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// Sends one request for each entry of `plan` over one connection, and records each.
pub async fn drive<C, Fut>(plan: &[Duration], call: C) -> Recorder
where
    C: Fn(usize) -> Fut,
    Fut: Future<Output = bool>,
{
    let start = Clock::now();
    let mut recorder = Recorder::new();
    for (n, &due) in plan.iter().enumerate() {
        let intended = start + due;
        // Of a moment that has passed it returns at once: the request goes out late.
        sleep_until(intended).await;
        let ok = call(n).await;
        recorder.record(intended.into_std(), Clock::now().into_std(), ok);
    }
    recorder
}
