use std::time::{Duration, Instant};

use xtask::t;

use crate::result::Unit;

/// Tells how a run gets on, and how long it has still to go.
pub struct Pace {
    started: Instant,
    of: usize,
}

impl Pace {
    pub fn new(of: usize) -> Self {
        Self { started: Instant::now(), of }
    }

    /// A line on standard error for a unit that is done.
    pub fn tell(&self, done: usize, unit: &Unit) {
        let kata = &unit.kata;
        let score = kata.score.map_or_else(|| "–".to_owned(), |score| score.to_string());
        let left = self.left(done, self.started.elapsed());
        eprintln!(
            "[{done}/{of}] {id} {kata} {status} {score}/{max}  {left}",
            of = self.of,
            id = unit.submission.id,
            kata = kata.id,
            status = kata.status,
            max = kata.max,
            left = t!("grade.left", time = humantime::format_duration(left)),
        );
    }

    fn left(&self, done: usize, taken: Duration) -> Duration {
        let rest = self.of.saturating_sub(done);
        let each = taken / u32::try_from(done.max(1)).unwrap_or(u32::MAX);
        let left = each * u32::try_from(rest).unwrap_or(u32::MAX);
        Duration::from_secs(left.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_from_what_it_took() {
        let pace = Pace::new(30);
        assert_eq!(pace.left(10, Duration::from_secs(5)), Duration::from_secs(10));
        assert_eq!(pace.left(30, Duration::from_secs(5)), Duration::ZERO);
    }
}
