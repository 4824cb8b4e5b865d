//! Step 1: measure what the customer waits.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use k01_given::Report;
use tokio::time::{Instant as Clock, sleep};

/// Latencies in nanoseconds; the histograms grow as they need to.
pub struct Recorder {
    succeeded: Histogram<u64>,
    failed: Histogram<u64>,
}

impl Recorder {
    pub fn new() -> Self {
        let empty = || Histogram::new(3).expect("three digits are few enough");
        Self { succeeded: empty(), failed: empty() }
    }

    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        let latency = done.checked_duration_since(intended).unwrap_or_default().as_nanos();
        let kept = if ok { &mut self.succeeded } else { &mut self.failed };
        kept.record(u64::try_from(latency).unwrap_or(u64::MAX)).expect("it resizes itself");
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in
            [(&mut self.succeeded, &other.succeeded), (&mut self.failed, &other.failed)]
        {
            mine.add(theirs).expect("it resizes itself");
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 requests")]
    pub fn report(&self, wall: Duration) -> Report {
        let mut all = self.succeeded.clone();
        all.add(&self.failed).expect("it resizes itself");
        let seconds = wall.as_secs_f64();
        Report {
            count: all.len(),
            errors: self.failed.len(),
            p50: Duration::from_nanos(all.value_at_quantile(0.5)),
            p95: Duration::from_nanos(all.value_at_quantile(0.95)),
            p99: Duration::from_nanos(all.value_at_quantile(0.99)),
            p999: Duration::from_nanos(all.value_at_quantile(0.999)),
            max: Duration::from_nanos(all.max()),
            throughput: if seconds > 0.0 { self.succeeded.len() as f64 / seconds } else { 0.0 },
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

pub async fn drive<C, Fut>(plan: &[Duration], call: C) -> Recorder
where
    C: Fn(usize) -> Fut,
    Fut: Future<Output = bool>,
{
    let (start, mut recorder) = (Clock::now(), Recorder::new());
    for (n, due) in plan.iter().enumerate() {
        if let Some(early) = due.checked_sub(start.elapsed()) {
            sleep(early).await;
        }
        let ok = call(n).await;
        recorder.record((start + *due).into_std(), Clock::now().into_std(), ok);
    }
    recorder
}
