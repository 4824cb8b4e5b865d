//! The whole way of an open load: schedule, latencies of each worker, what is kept, picture. Time is
//! virtual, so the numbers are the same everywhere.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bench_lab::latency::Latencies;
use bench_lab::load::{Arrivals, Clock, Schedule, pace};
use bench_lab::picture::{Caption, LatencyCurve};
use bench_lab::run::{Load, Run, Runs};

const RATE: f64 = 100.0;
const SEED: u64 = 3;

/// Nothing takes time but sleeping.
#[derive(Default)]
struct Virtual(Cell<Duration>);

impl Clock for Virtual {
    fn now(&self) -> Duration {
        self.0.get()
    }

    fn sleep_until(&self, time: Duration) {
        self.0.set(self.0.get().max(time));
    }
}

/// Workers that serve one request after the other, each in `service`, whoever is free first.
struct Pool {
    free: Vec<Duration>,
    latencies: Vec<Latencies>,
    service: Duration,
}

impl Pool {
    fn new(workers: usize, service: Duration) -> Self {
        let latencies = vec![Latencies::new(); workers];
        Self { free: vec![Duration::ZERO; workers], latencies, service }
    }

    fn serve(&mut self, intended: Duration) {
        let free = self.free.iter().enumerate().min_by_key(|(_, free)| **free);
        let (worker, free) = free.expect("a worker");
        let ended = intended.max(*free) + self.service;
        self.free[worker] = ended;
        self.latencies[worker].record(intended, ended);
    }
}

fn measured(workers: usize) -> (Load, Duration, Latencies) {
    let schedule = Schedule::new(Arrivals::Poisson, RATE, Duration::from_secs(60), SEED);
    let mut pool = Pool::new(workers, Duration::from_millis(9));
    let clock = Virtual::default();
    let paced = pace(&schedule, &clock, &AtomicBool::new(false), |_, start| pool.serve(start));
    assert_eq!((paced.started, paced.latest), (schedule.starts().len(), Duration::ZERO));
    let load =
        Load::Open { arrivals: Arrivals::Poisson, rate: RATE, seed: SEED, latest: paced.latest };
    let last = pool.free.iter().max().expect("a worker");
    (load, *last, pool.latencies.iter().collect())
}

/// At nine tenths of what one worker can serve, bursts make queues; a second one dissolves them.
#[test]
fn queues_are_in_the_latency_and_in_the_picture() {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("trece-picture-{}", std::process::id()));
    let mut runs = Runs::new("k01", false);
    for (variant, workers) in [("one worker", 1), ("two workers", 2)] {
        let (load, time, latencies) = measured(workers);
        let run = Run::new(variant, workers, load, time, &latencies);
        runs.keep(&folder, run, &latencies).expect("a folder");
    }
    let read = Runs::read(&folder).expect("what was kept");
    std::fs::remove_dir_all(&folder).expect("our own folder");

    let [one, two] = &read.runs[..] else { panic!("two runs") };
    assert_eq!(one.summary.count, two.summary.count);
    let service = Duration::from_millis(9);
    assert!(one.summary.p99 > 5 * service, "{:?}", one.summary);
    assert!(3 * two.summary.p99 < one.summary.p99, "{:?}", two.summary);

    let picture = |runs: &Runs| {
        let named = runs.runs.iter().map(|run| (run.variant.clone(), run.curve.clone()));
        let caption = Caption::new("queue", "A queue", "One worker keeps some waiting.");
        let (across, upwards) = ("requests".to_owned(), "latency".to_owned());
        LatencyCurve { caption, across, upwards, curves: named.collect() }.svg()
    };
    assert_eq!(picture(&read), picture(&runs), "what was kept draws the same");
    assert!(picture(&read).contains(">two workers</text>"));
}
