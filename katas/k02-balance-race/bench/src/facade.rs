//! What the lab's facade adds. The lock and the CAS of the kata stand on it and the two actors do
//! not, so the table would flatter the actors if this stayed unsaid.

use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bench_lab::{Effort, Spread, spread};
use k02::sync;

/// How many times std's time the same operation takes on the facade; one thread, nobody else.
pub struct Facade {
    pub lock: Spread,
    pub atomic: Spread,
}

impl Facade {
    /// Facade and std in turns.
    pub fn measure(effort: Effort) -> Self {
        let (ours, theirs) = (sync::Mutex::new(0_u64), std::sync::Mutex::new(0_u64));
        let lock = compare(
            effort,
            || *ours.lock().expect("nobody panics") += 1,
            || *theirs.lock().expect("nobody panics") += 1,
        );
        let (ours, theirs) =
            (sync::atomic::AtomicU64::new(0), std::sync::atomic::AtomicU64::new(0));
        // A load and an exchange, as in a loop that is never disturbed.
        let atomic = compare(
            effort,
            || {
                let seen = ours.load(Relaxed);
                let _ = black_box(ours.compare_exchange(seen, seen + 1, Relaxed, Relaxed));
            },
            || {
                let seen = theirs.load(Relaxed);
                let _ = black_box(theirs.compare_exchange(seen, seen + 1, Relaxed, Relaxed));
            },
        );
        Self { lock, atomic }
    }
}

fn compare(effort: Effort, mut facade: impl FnMut(), mut std: impl FnMut()) -> Spread {
    // Short and many: what else runs on the machine then hits few of them.
    let time = effort.run / 30;
    let ratios = (0..effort.rounds * 5)
        .map(|_| {
            let facade = nanos(time, &mut facade);
            facade / nanos(time, &mut std)
        })
        .collect();
    spread(ratios).expect("at least one round")
}

/// Nanoseconds that `f` takes, called over and over for `time`.
fn nanos(time: Duration, f: &mut impl FnMut()) -> f64 {
    const BATCH: u32 = 1000;
    let begin = Instant::now();
    let mut calls = 0.0;
    loop {
        for _ in 0..BATCH {
            f();
        }
        calls += f64::from(BATCH);
        let passed = begin.elapsed();
        if passed >= time {
            return passed.as_secs_f64() * 1e9 / calls;
        }
    }
}
