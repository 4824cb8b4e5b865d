//! The watchdog's reasoning, apart from threads and clocks.

use std::time::Duration;

/// One tick of the watchdog.
pub const TICK: Duration = Duration::from_millis(20);
/// Ticks without any sign of the executor: two seconds.
const SILENCE: u64 = 100;
/// Ticks without a park, after which the executor is asked for a heartbeat. A healthy test rests
/// sooner, so that it is never asked.
const CURIOSITY: u64 = 5;

/// What the watchdog sees at a tick.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs {
    /// Calls of [`crate::pulse`] up to now, where they count.
    pub pulses: u64,
    pub executor: Option<ExecutorSigns>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct ExecutorSigns {
    pub parks: u64,
    pub parked: bool,
    pub beats: u64,
    /// The test's future is done, the runtime is being dropped.
    pub over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Ask the executor for a heartbeat.
    Ask,
    Stuck(Cause),
}

/// Why a test will never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No task was polled for two seconds.
    Blocked,
    /// The deadline passed, and the executor never came to rest lately.
    Spins,
    /// The deadline passed.
    Waits,
    /// The deadline passed after the test, at the end of its runtime.
    Lingers,
}

/// Counts ticks, not time: on a machine that was suspended or is overloaded the watchdog's thread
/// gets its turns as late as everyone else.
pub struct Examiner {
    deadline: u64,
    ticks: u64,
    last: Signs,
    /// Ticks since the executor parked.
    restless: u64,
    /// Ticks since it parked or gave a heartbeat.
    silent: u64,
}

impl Examiner {
    pub fn new(deadline: Duration) -> Self {
        let deadline = u64::try_from(deadline.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX);
        Self { deadline, ticks: 0, last: Signs::default(), restless: 0, silent: 0 }
    }

    pub fn tick(&mut self, signs: Signs) -> Option<Finding> {
        let last = std::mem::replace(&mut self.last, signs);
        self.ticks = if signs.pulses == last.pulses { self.ticks + 1 } else { 0 };
        let past = self.ticks >= self.deadline;
        let Some(now) = signs.executor else { return past.then_some(Finding::Stuck(Cause::Waits)) };
        if now.over {
            return past.then_some(Finding::Stuck(Cause::Lingers));
        }
        let before = last.executor.unwrap_or_default();
        let rested = now.parked || now.parks != before.parks;
        self.restless = if rested { 0 } else { self.restless + 1 };
        self.silent = if rested || now.beats != before.beats { 0 } else { self.silent + 1 };
        if self.silent >= SILENCE {
            Some(Finding::Stuck(Cause::Blocked))
        } else if past {
            let spins = self.restless >= CURIOSITY;
            Some(Finding::Stuck(if spins { Cause::Spins } else { Cause::Waits }))
        } else {
            (self.restless >= CURIOSITY).then_some(Finding::Ask)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Examiner, ExecutorSigns, Finding, SILENCE, Signs};
    use std::time::Duration;

    /// Why it is stuck at last, and at which tick from 1.
    fn first(deadline: u64, mut signs: impl FnMut(u64) -> Signs) -> Option<(u64, Cause)> {
        let mut examiner = Examiner::new(Duration::from_secs(deadline));
        (1..=10_000).find_map(|n| match examiner.tick(signs(n)) {
            None | Some(Finding::Ask) => None,
            Some(Finding::Stuck(cause)) => Some((n, cause)),
        })
    }

    fn executor(signs: ExecutorSigns) -> Signs {
        Signs { pulses: 0, executor: Some(signs) }
    }

    #[test]
    fn a_thread_that_does_not_return_waits() {
        assert_eq!(first(1, |_| Signs::default()), Some((50, Cause::Waits)));
    }

    #[test]
    fn a_pulse_grants_the_deadline_anew() {
        let pulsing = |n| Signs { pulses: u64::min(n / 40, 5), executor: None };
        assert_eq!(first(1, pulsing), Some((250, Cause::Waits)));
        assert_eq!(first(1, |n| Signs { pulses: n / 40, executor: None }), None);
    }

    #[test]
    fn an_executor_that_polls_nothing_is_blocked() {
        let signs = |_| executor(ExecutorSigns::default());
        assert_eq!(first(10, signs), Some((SILENCE, Cause::Blocked)));
    }

    #[test]
    fn heartbeats_without_rest_are_a_livelock() {
        let beating = |n| executor(ExecutorSigns { beats: n, ..ExecutorSigns::default() });
        assert_eq!(first(4, beating), Some((200, Cause::Spins)));
    }

    #[test]
    fn an_idle_executor_waits_and_is_never_asked() {
        let idle = |_| executor(ExecutorSigns { parked: true, ..ExecutorSigns::default() });
        assert_eq!(first(4, idle), Some((200, Cause::Waits)));
        let mut examiner = Examiner::new(Duration::from_secs(4));
        assert!((1..200).all(|n| examiner.tick(idle(n)).is_none()));
        let resting = |n| executor(ExecutorSigns { parks: n, ..ExecutorSigns::default() });
        assert_eq!(first(4, resting), Some((200, Cause::Waits)));
    }

    #[test]
    fn the_end_of_a_runtime_has_the_deadline_only() {
        let over = |_| executor(ExecutorSigns { over: true, ..ExecutorSigns::default() });
        assert_eq!(first(4, over), Some((200, Cause::Lingers)));
    }
}
