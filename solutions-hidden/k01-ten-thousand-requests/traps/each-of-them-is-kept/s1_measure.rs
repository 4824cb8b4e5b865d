//! Step 1: measure what the customer waits.

use std::time::{Duration, Instant};

use k01_given::Report;
use tokio::time::{Instant as Clock, sleep_until};

/// The latencies of many requests.
pub struct Recorder {
    latencies: Vec<Duration>,
    errors: u64,
}

impl Recorder {
    pub fn new() -> Self {
        Self { latencies: Vec::new(), errors: 0 }
    }

    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        self.latencies.push(done.saturating_duration_since(intended));
        self.errors += u64::from(!ok);
    }

    pub fn merge(&mut self, other: &Self) {
        self.latencies.extend_from_slice(&other.latencies);
        self.errors += other.errors;
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 requests")]
    pub fn report(&self, wall: Duration) -> Report {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = |share: usize| {
            let rank = (sorted.len() * share).div_ceil(1_000);
            rank.checked_sub(1).map_or(Duration::ZERO, |at| sorted[at])
        };
        let count = sorted.len() as u64;
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
