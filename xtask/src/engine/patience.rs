use std::path::Path;
use std::time::{Duration, Instant};

/// However long an exploration gets further, it ends after so many deadlines.
const MOST: u32 = 10;

/// How long a test process may run: the deadline, and as long again whenever its exploration got
/// further meanwhile. How many schedules there are is bounded by the lab; how long they take is
/// the machine's affair.
pub struct Patience {
    deadline: Duration,
    started: Instant,
    since: Instant,
    last: Option<String>,
}

impl Patience {
    pub fn new(deadline: Duration, now: Instant) -> Self {
        Self { deadline, started: now, since: now, last: None }
    }

    /// What is left, by what the process shows of its progress (asked only when nothing is left).
    pub fn left(&mut self, now: Instant, shown: impl FnOnce() -> Option<String>) -> Duration {
        let left = self.deadline.saturating_sub(now - self.since);
        if !left.is_zero() || now - self.started >= self.deadline * MOST {
            return left;
        }
        let shown = shown();
        if shown.is_none() || shown == self.last {
            return left;
        }
        self.last = shown;
        self.since = now;
        self.deadline
    }
}

/// What the suite's watchdog has written last.
pub fn progress(dir: &Path) -> Option<String> {
    std::fs::read_to_string(dir.join(protocol::ALIVE)).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Patience;

    #[test]
    fn progress_grants_the_deadline_anew_and_not_for_ever() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut silent = Patience::new(Duration::from_secs(60), start);
        assert_eq!(silent.left(at(20), || panic!("not asked")), Duration::from_secs(40));
        assert!(silent.left(at(60), || None).is_zero());

        let mut slow = Patience::new(Duration::from_secs(60), start);
        assert_eq!(slow.left(at(60), || Some("1".into())), Duration::from_secs(60));
        assert_eq!(slow.left(at(100), || None), Duration::from_secs(20));
        assert!(slow.left(at(120), || Some("1".into())).is_zero(), "nothing new");

        let mut endless = Patience::new(Duration::from_secs(60), start);
        let end = (1..99).find(|n| endless.left(at(60 * n), || Some(n.to_string())).is_zero());
        assert_eq!(end, Some(10));
    }
}
