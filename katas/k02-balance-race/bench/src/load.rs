//! The load: threads of a rayon pool, each asking for one change after the other.

use std::sync::Barrier;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bench_lab::{Point, Rate};

use crate::strategy::{Accounts, Caller};
use crate::trouble::{Trouble, Wrong};

/// What each account holds at first: so much that no request can rightly be refused.
pub const START: u64 = 1 << 40;

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub account: usize,
    pub cents: u64,
    pub deposit: bool,
}

/// An endless mix of deposits and withdrawals of 1 to 8 cents, the same for the same seed.
pub struct Work {
    state: u64,
    accounts: u64,
}

impl Work {
    pub fn new(seed: u64, accounts: usize) -> Self {
        // xorshift stands still at 0.
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, accounts: accounts as u64 }
    }

    /// A xorshift: a few instructions, so that little of what is measured is this.
    pub fn next(&mut self) -> Change {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let account = ((self.state >> 32) * self.accounts) >> 32;
        Change {
            account: usize::try_from(account).expect("less than the accounts' number"),
            cents: (self.state & 7) + 1,
            deposit: self.state & 8 != 0,
        }
    }
}

/// What one thread did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub requests: u64,
    pub deposited: u64,
    pub withdrawn: u64,
    pub refused: u64,
}

impl Tally {
    pub fn note(&mut self, change: Change, done: bool) {
        self.requests += 1;
        match (done, change.deposit) {
            (false, _) => self.refused += 1,
            (true, true) => self.deposited += change.cents,
            (true, false) => self.withdrawn += change.cents,
        }
    }
}

/// One run that ended well: the accounts held at the end what they should.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub requests: u64,
    pub seconds: f64,
}

impl Rate for Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}

/// Opens the accounts, lets `point.concurrency` threads ask for about `time`, and adds up.
///
/// # Panics
/// With the panics of the code under test.
pub fn run<S: Accounts>(point: Point, time: Duration, seed: u64) -> Result<Sample, Trouble> {
    let threads = point.concurrency;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let bank = S::open(point.keys, START);
    let callers: Vec<_> = (0..threads).map(|_| Mutex::new(Some(bank.caller()))).collect();

    let stop = AtomicBool::new(false);
    let start = Barrier::new(threads + 1);
    let results = std::thread::scope(|scope| {
        // Dropped when the last thread is done or one has panicked: then nobody waits for time.
        let (done, timer) = mpsc::channel::<()>();
        let (stop, start, callers) = (&stop, &start, &callers);
        scope.spawn(move || {
            start.wait();
            let _ = timer.recv_timeout(time);
            stop.store(true, Relaxed);
        });
        let results = pool.broadcast(|context| {
            let caller = &callers[context.index()];
            let caller = caller.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut caller = caller.expect("each thread of the pool comes once");
            let mut work = Work::new(seed + context.index() as u64, point.keys);
            start.wait();
            let _stops = StopsOnPanic(stop);
            let begin = Instant::now();
            let tally = caller.ask(&mut work, stop);
            (tally, begin, Instant::now())
        });
        drop(done);
        results
    });
    drop(callers);
    let found = bank.close();

    let sum = |of: fn(&Tally) -> u64| results.iter().map(|(tally, ..)| of(tally)).sum::<u64>();
    let begin = results.iter().map(|(_, begin, _)| *begin).min().expect("a thread");
    let end = results.iter().map(|(.., end)| *end).max().expect("a thread");
    let refused = sum(|t| t.refused);
    if refused > 0 {
        return Err(Wrong::Refused { refused }.into());
    }
    let expected = u128::from(START) * point.keys as u128 + u128::from(sum(|t| t.deposited))
        - u128::from(sum(|t| t.withdrawn));
    if found != expected {
        return Err(Wrong::Sum { expected, found }.into());
    }
    let seconds = (end - begin).as_secs_f64();
    Ok(Sample { requests: sum(|t| t.requests), seconds })
}

/// The others are not to ask until the time is over when one of them has panicked.
struct StopsOnPanic<'a>(&'a AtomicBool);

impl Drop for StopsOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_reaches_every_account_and_both_directions() {
        let mut work = Work::new(7, 64);
        let mut seen = [[0_u32; 2]; 64];
        for _ in 0..10_000 {
            let change = work.next();
            assert!((1..=8).contains(&change.cents));
            seen[change.account][usize::from(change.deposit)] += 1;
        }
        assert!(seen.iter().flatten().all(|n| *n > 20), "{seen:?}");
    }

    #[test]
    fn the_same_seed_is_the_same_work() {
        let of = |seed| {
            let mut work = Work::new(seed, 3);
            (0..20).map(|_| format!("{:?}", work.next())).collect::<Vec<_>>()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
