//! Step 1: measure what the customer waits.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use k01_given::Report;
use tokio::time::{Instant as Clock, sleep_until};

pub struct Recorder {
    latencies: Histogram<u64>,
    errors: u64,
    /// The reports of others, by how many requests they are of.
    others: Vec<Report>,
}

impl Recorder {
    pub fn new() -> Self {
        let latencies = Histogram::new_with_bounds(1, 3_600_000_000, 3);
        let latencies = latencies.expect("the bounds are in order");
        Self { latencies, errors: 0, others: Vec::new() }
    }

    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        let latency = done.saturating_duration_since(intended).as_micros();
        self.latencies.saturating_record(latency as u64);
        self.errors += u64::from(!ok);
    }

    pub fn merge(&mut self, other: &Self) {
        self.others.push(other.report(Duration::ZERO));
    }

    pub fn report(&self, wall: Duration) -> Report {
        let at = |quantile| Duration::from_micros(self.latencies.value_at_quantile(quantile));
        let own = Report {
            count: self.latencies.len(),
            errors: self.errors,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: Duration::from_micros(self.latencies.max()),
            throughput: 0.0,
        };
        let all: Vec<&Report> = self.others.iter().chain([&own]).collect();
        let count: u64 = all.iter().map(|report| report.count).sum();
        let errors: u64 = all.iter().map(|report| report.errors).sum();
        let mean = |of: fn(&Report) -> Duration| {
            let sum: f64 = all.iter().map(|r| of(r).as_secs_f64() * r.count as f64).sum();
            Duration::from_secs_f64(if count == 0 { 0.0 } else { sum / count as f64 })
        };
        let seconds = wall.as_secs_f64();
        Report {
            count,
            errors,
            p50: mean(|report| report.p50),
            p95: mean(|report| report.p95),
            p99: mean(|report| report.p99),
            p999: mean(|report| report.p999),
            max: all.iter().map(|report| report.max).max().unwrap_or_default(),
            throughput: if seconds > 0.0 { (count - errors) as f64 / seconds } else { 0.0 },
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
