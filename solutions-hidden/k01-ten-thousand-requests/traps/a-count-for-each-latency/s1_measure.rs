//! Step 1: measure what the customer waits.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use k01_given::Report;
use tokio::time::{Instant as Clock, sleep_until};

/// The latencies of many requests, in little memory however many they are.
pub struct Recorder {
    /// In microseconds.
    latencies: BTreeMap<u64, u64>,
    errors: u64,
}

impl Recorder {
    /// Nothing was measured yet.
    pub fn new() -> Self {
        Self { latencies: BTreeMap::new(), errors: 0 }
    }

    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        let latency = done.saturating_duration_since(intended).as_micros();
        *self.latencies.entry(u64::try_from(latency).unwrap_or(u64::MAX)).or_default() += 1;
        self.errors += u64::from(!ok);
    }

    /// Adds counts, bucket by bucket: percentiles are made of them at the end, and only there.
    pub fn merge(&mut self, other: &Self) {
        for (&latency, &count) in &other.latencies {
            *self.latencies.entry(latency).or_default() += count;
        }
        self.errors += other.errors;
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 requests")]
    pub fn report(&self, wall: Duration) -> Report {
        let count: u64 = self.latencies.values().sum();
        let at = |share: u64| {
            let (rank, mut seen) = ((count * share).div_ceil(1_000), 0);
            let reached = self.latencies.iter().find(|&(_, many)| {
                seen += many;
                seen >= rank
            });
            Duration::from_micros(reached.map_or(0, |(&latency, _)| latency))
        };
        let succeeded = (count - self.errors) as f64;
        Report {
            count,
            errors: self.errors,
            p50: at(500),
            p95: at(950),
            p99: at(990),
            p999: at(999),
            max: at(1_000),
            throughput: if wall.is_zero() { 0.0 } else { succeeded / wall.as_secs_f64() },
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
