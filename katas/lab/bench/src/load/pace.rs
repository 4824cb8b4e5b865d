//! Walking a schedule in real time.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::Schedule;

/// The time since a run's beginning, and waiting for a time. A test brings its own.
pub trait Clock {
    fn now(&self) -> Duration;

    /// Returns when it is that time, or later; at once if it has passed.
    fn sleep_until(&self, time: Duration);
}

/// The operating system's, from its creation on.
#[derive(Debug, Clone, Copy)]
pub struct MachineClock(Instant);

impl MachineClock {
    /// The run begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep_until(&self, time: Duration) {
        while let Some(rest) = time.checked_sub(self.now()).filter(|rest| !rest.is_zero()) {
            std::thread::sleep(rest);
        }
    }
}

/// What became of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paced {
    /// How many requests were started.
    pub started: usize,
    /// How late the latest was started. It is the generator's own lateness, and part of what is
    /// measured: where it is not small against the latencies, the machine is too small for this
    /// load, or `start` waits.
    pub latest: Duration,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// How long a stop may go unnoticed.
const GLANCE: Duration = Duration::from_millis(50);

/// Calls `start` with each request's number and intended start when that has come, and at once for
/// what is late: nothing is left out. It returns when all have started, or soon after `stop`.
///
/// `start` must not wait for the reply, nor for a free place, or the load is closed again: it
/// hands the request over and returns. It blocks its thread, which should do nothing else.
///
/// # Panics
/// With the panics of `start`.
pub fn pace(
    schedule: &Schedule,
    clock: &impl Clock,
    stop: &AtomicBool,
    mut start: impl FnMut(usize, Duration),
) -> Paced {
    let mut paced = Paced { started: 0, latest: Duration::ZERO, stopped: false };
    for (number, &intended) in schedule.starts().iter().enumerate() {
        loop {
            if stop.load(Relaxed) {
                paced.stopped = true;
                return paced;
            }
            let now = clock.now();
            if now >= intended {
                paced.latest = paced.latest.max(now.saturating_sub(intended));
                break;
            }
            clock.sleep_until(intended.min(now + GLANCE));
        }
        start(number, intended);
        paced.started += 1;
    }
    paced
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::load::Arrivals;

    /// Time passes when somebody sleeps, or says so.
    #[derive(Default)]
    struct Virtual(Cell<Duration>);

    impl Virtual {
        fn pass(&self, time: Duration) {
            self.0.set(self.0.get() + time);
        }
    }

    impl Clock for Virtual {
        fn now(&self) -> Duration {
            self.0.get()
        }

        fn sleep_until(&self, time: Duration) {
            self.0.set(self.0.get().max(time));
        }
    }

    fn ten_a_second() -> Schedule {
        Schedule::new(Arrivals::Uniform, 10.0, Duration::from_secs(1), 0)
    }

    #[test]
    fn each_request_starts_at_its_time() {
        let (clock, mut seen) = (Virtual::default(), Vec::new());
        let paced = pace(&ten_a_second(), &clock, &AtomicBool::new(false), |number, intended| {
            assert_eq!(clock.now(), intended);
            seen.push((number, intended.as_millis()));
        });
        assert_eq!(paced, Paced { started: 10, latest: Duration::ZERO, stopped: false });
        assert_eq!((seen[0], seen[9]), ((0, 0), (9, 900)));
    }

    #[test]
    fn what_is_late_starts_at_once_with_its_intended_time() {
        let (clock, mut seen) = (Virtual::default(), Vec::new());
        let paced = pace(&ten_a_second(), &clock, &AtomicBool::new(false), |number, intended| {
            if number == 2 {
                clock.pass(Duration::from_millis(350));
            }
            seen.push((intended.as_millis(), clock.now().as_millis()));
        });
        assert_eq!(seen[3..7], [(300, 550), (400, 550), (500, 550), (600, 600)]);
        assert_eq!((paced.started, paced.latest), (10, Duration::from_millis(250)));
    }

    #[test]
    fn a_stop_is_noticed_before_the_next_start() {
        let (clock, stop) = (Virtual::default(), AtomicBool::new(false));
        let paced = pace(&ten_a_second(), &clock, &stop, |number, _| {
            stop.store(number == 4, Relaxed);
        });
        assert!(paced.stopped);
        assert_eq!((paced.started, clock.now()), (5, Duration::from_millis(400)));
    }

    #[test]
    fn the_machines_clock_does_not_go_backwards() {
        let clock = MachineClock::start();
        let soon = clock.now() + Duration::from_millis(1);
        clock.sleep_until(soon);
        assert!(clock.now() >= soon);
        clock.sleep_until(Duration::ZERO);
    }
}
