//! One line that is written over again and again, and only for somebody who looks at it.

use std::io::{self, IsTerminal};
use std::time::Duration;

use crate::words::words;
use crate::{Lang, fill};

/// The line on standard error that says what is measured now; nothing into a pipe, and nothing for
/// who wants it plain: a line that is written over again and again cannot be read aloud.
#[derive(Debug)]
pub struct ProgressLine {
    watched: bool,
}

impl ProgressLine {
    /// Nothing is said yet.
    pub fn new(plain: bool) -> Self {
        Self { watched: !plain && io::stderr().is_terminal() }
    }

    /// Says this instead of what was said before.
    pub fn say(&self, line: &str) {
        if self.watched {
            eprint!("\r{:<79}", line.chars().take(79).collect::<String>());
        }
    }

    /// Takes the line away.
    pub fn hush(&self) {
        if self.watched {
            eprint!("\r{:79}\r", "");
        }
    }
}

/// How far a bench is. Each run has its time, so the whole is known from the beginning; what runs
/// take beyond (opening, checking) is learnt from those that are over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Of all runs together.
    pub planned: Duration,
    /// Of the runs that are over, as they were planned.
    pub done: Duration,
    /// What they really took.
    pub taken: Duration,
}

const CELLS: usize = 24;

impl Progress {
    /// From 0 to 1.
    pub fn share(&self) -> f64 {
        if self.planned.is_zero() { 1.0 } else { self.done.div_duration_f64(self.planned).min(1.0) }
    }

    /// How long it will still take; at first, as it was planned.
    pub fn left(&self) -> Duration {
        let rest = self.planned.saturating_sub(self.done);
        if self.done.is_zero() {
            return rest;
        }
        rest.mul_f64(self.taken.div_duration_f64(self.done))
    }

    /// `━━━━━━━━━━━━━━━━━━━━━━━━ 40 %, 1 min 20 s left`.
    pub fn text(&self, lang: Lang) -> String {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 24")]
        let full = (self.share() * 24.0) as usize;
        let left = fill(words(lang).left, &[&coarse(self.left())]);
        let (full, empty) = ("━".repeat(full), "─".repeat(CELLS - full));
        format!("{full}{empty} {:.0} %, {left}", self.share() * 100.0)
    }
}

/// `45 s`, `2 min 5 s`: nobody plans in less.
fn coarse(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil();
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes < 1.0 { format!("{rest:.0} s") } else { format!("{minutes:.0} min {rest:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(done: u64, taken: u64) -> Progress {
        let seconds = Duration::from_secs;
        Progress { planned: seconds(100), done: seconds(done), taken: seconds(taken) }
    }

    #[test]
    fn the_time_left_learns_from_what_runs_took() {
        assert_eq!(at(0, 0).left(), Duration::from_secs(100));
        assert_eq!(at(50, 75).left(), Duration::from_secs(75));
        assert_eq!(at(100, 150).left(), Duration::ZERO);
        assert_eq!(at(120, 150).left(), Duration::ZERO, "more runs than were planned");
    }

    #[test]
    fn the_line_says_how_far_and_how_long() {
        let text = at(50, 75).text(Lang::En);
        assert_eq!(text, format!("{}{} 50 %, 1 min 15 s left", "━".repeat(12), "─".repeat(12)));
        assert!(at(100, 100).text(Lang::Es).ends_with(" 100 %, faltan 0 s"));
        let nothing = Progress { planned: Duration::ZERO, ..at(0, 0) };
        assert!(nothing.text(Lang::En).ends_with(" 100 %, 0 s left"));
        assert!(at(3, 900).text(Lang::Es).chars().count() < 50);
    }
}
