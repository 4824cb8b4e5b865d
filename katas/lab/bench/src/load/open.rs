//! One run of an open load, on whatever serves it: threads, a runtime, a pool.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Clock, Paced, Schedule, pace};
use crate::latency::Latencies;

/// What one run of an open load yields.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Of all requests that were started. Those without a reply are among the errors.
    pub latencies: Latencies,
    /// What became of the schedule.
    pub paced: Paced,
    /// From the beginning to the last reply, or to the end of the patience.
    pub time: Duration,
    /// Requests without a reply when patience was over.
    pub unanswered: usize,
}

/// One request. Whoever serves it says how it ended, from any thread or task. A ticket that is
/// dropped was not served (rejected, cancelled, panicked) and is an error: none gets lost.
pub struct Ticket {
    intended: Duration,
    ledger: Arc<Ledger>,
    open: bool,
    /// When the last of these is gone, every request has ended.
    _alive: Sender<()>,
}

/// So many recorders that hardly ever two workers share one.
const RECORDERS: usize = 64;

struct Ledger {
    clock: Arc<dyn Clock + Send + Sync>,
    recorders: Vec<Mutex<Option<Latencies>>>,
}

impl Ticket {
    /// When the request was meant to start, since the run's beginning.
    pub fn intended(&self) -> Duration {
        self.intended
    }

    /// The request ended now, well or not.
    pub fn ended(mut self, well: bool) {
        self.close(well);
    }

    fn close(&mut self, well: bool) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let now = self.ledger.clock.now();
        self.ledger.with_own(|latencies| {
            if well { latencies.record(self.intended, now) } else { latencies.fail() }
        });
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.close(false);
    }
}

impl Ledger {
    /// The recorder of the thread that calls. It is made when it is first needed: most of them
    /// never are.
    fn with_own(&self, record: impl FnOnce(&mut Latencies)) {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: Cell<usize> = Cell::new(THREADS.fetch_add(1, Relaxed));
        }
        // A ticket may be dropped when its thread's locals are gone already.
        let own = OWN.try_with(Cell::get).unwrap_or(0) % RECORDERS;
        let mut recorder = self.recorders[own].lock().unwrap_or_else(PoisonError::into_inner);
        record(recorder.get_or_insert_default());
    }

    fn merged(&self) -> Latencies {
        let mut all = Latencies::new();
        for recorder in &self.recorders {
            let recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
            recorder.iter().for_each(|latencies| all.merge(latencies));
        }
        all
    }
}

/// Starts the requests of a schedule and waits until all have ended, for `patience` at most after
/// the last start; or, when `stop` is set, starts no more and waits for those under way.
///
/// `submit` hands a request to what is measured and returns at once ([`pace`] says why). The
/// clock's zero is the beginning.
///
/// # Panics
/// With the panics of `submit`.
pub fn open_loop<C: Clock + Send + Sync + 'static>(
    schedule: &Schedule,
    clock: C,
    stop: &AtomicBool,
    patience: Duration,
    mut submit: impl FnMut(usize, Ticket),
) -> Measured {
    let clock = Arc::new(clock);
    let recorders = (0..RECORDERS).map(|_| Mutex::default()).collect();
    let ledger = Arc::new(Ledger { clock: clock.clone(), recorders });
    let (alive, all_gone) = mpsc::channel();
    let paced = pace(schedule, &*clock, stop, |number, intended| {
        let (ledger, alive) = (ledger.clone(), alive.clone());
        submit(number, Ticket { intended, ledger, open: true, _alive: alive });
    });
    drop(alive);
    // Nobody sends.
    let _: Result<(), RecvTimeoutError> = all_gone.recv_timeout(patience);
    let time = clock.now();
    let mut latencies = ledger.merged();
    let known = latencies.count() + latencies.errors();
    let unanswered = paced.started.saturating_sub(usize::try_from(known).unwrap_or(usize::MAX));
    for _ in 0..unanswered {
        latencies.fail();
    }
    Measured { latencies, paced, time, unanswered }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::load::{Arrivals, MachineClock};

    const PATIENCE: Duration = Duration::from_secs(60);

    fn schedule(count: u32) -> Schedule {
        let length = Duration::from_millis(1) * count;
        Schedule::new(Arrivals::Uniform, 1000.0, length, 0)
    }

    /// Time passes when somebody sleeps, or says so.
    #[derive(Default, Clone)]
    struct Virtual(Arc<Mutex<Duration>>);

    impl Virtual {
        fn pass(&self, time: Duration) {
            *self.0.lock().expect("nobody panics") += time;
        }
    }

    impl Clock for Virtual {
        fn now(&self) -> Duration {
            *self.0.lock().expect("nobody panics")
        }

        fn sleep_until(&self, time: Duration) {
            let mut now = self.0.lock().expect("nobody panics");
            *now = time.max(*now);
        }
    }

    #[test]
    fn every_request_is_counted_from_whichever_thread() {
        let (give, take) = mpsc::channel::<Ticket>();
        let take = Arc::new(Mutex::new(take));
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let take = take.clone();
                thread::spawn(move || {
                    loop {
                        let next = take.lock().expect("nobody panics").recv();
                        let Ok(ticket) = next else { return };
                        ticket.ended(true);
                    }
                })
            })
            .collect();
        let stop = AtomicBool::new(false);
        let clock = MachineClock::start();
        let measured = open_loop(&schedule(100), clock, &stop, PATIENCE, |_, ticket| {
            give.send(ticket).expect("workers");
        });
        drop(give);
        for worker in workers {
            worker.join().expect("no panic");
        }
        assert_eq!((measured.latencies.count(), measured.latencies.errors()), (100, 0));
        assert_eq!((measured.paced.started, measured.unanswered), (100, 0));
    }

    #[test]
    fn what_is_refused_or_dropped_is_an_error() {
        let stop = AtomicBool::new(false);
        let measured =
            open_loop(&schedule(10), Virtual::default(), &stop, PATIENCE, |number, ticket| {
                match number % 3 {
                    0 => ticket.ended(true),
                    1 => ticket.ended(false),
                    _ => drop(ticket),
                }
            });
        assert_eq!((measured.latencies.count(), measured.latencies.errors()), (4, 6));
        assert_eq!(measured.unanswered, 0);
    }

    /// The fourth request is submitted 5 ms late, and so are those after it, until the time is made
    /// up; all of that is their latency.
    #[test]
    fn a_latency_counts_from_the_intended_start() {
        let (clock, stop) = (Virtual::default(), AtomicBool::new(false));
        let passing = clock.clone();
        let measured = open_loop(&schedule(10), clock, &stop, PATIENCE, |number, ticket| {
            assert_eq!(ticket.intended().as_millis(), number as u128);
            if number == 3 {
                passing.pass(Duration::from_millis(5));
            }
            ticket.ended(true);
        });
        let summary = measured.latencies.summary();
        assert_eq!(summary.p50, Duration::ZERO);
        assert!(summary.max >= Duration::from_millis(5), "{summary:?}");
        assert_eq!(measured.paced.latest, Duration::from_millis(4));
        assert_eq!(measured.time, Duration::from_millis(9));
    }

    #[test]
    fn who_does_not_answer_is_not_forgotten() {
        let (mut kept, stop) = (Vec::new(), AtomicBool::new(false));
        let patience = Duration::from_millis(1);
        let measured = open_loop(&schedule(3), Virtual::default(), &stop, patience, |n, ticket| {
            if n == 1 { kept.push(ticket) } else { ticket.ended(true) }
        });
        assert_eq!((measured.unanswered, measured.latencies.errors()), (1, 1));
        assert_eq!(measured.latencies.count(), 2);
    }

    #[test]
    fn a_stop_keeps_what_was_measured() {
        let stop = AtomicBool::new(false);
        let measured =
            open_loop(&schedule(10), Virtual::default(), &stop, PATIENCE, |n, ticket| {
                ticket.ended(true);
                stop.store(n == 6, Relaxed);
            });
        assert!(measured.paced.stopped);
        assert_eq!((measured.latencies.count(), measured.latencies.errors()), (7, 0));
    }
}
