use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::engine::Progress;
use crate::t;
use crate::terminal::look;

/// One line on standard error that says what goes on, only when it takes long. Standard output
/// stays the verdict's.
#[derive(Debug)]
pub struct Spinner {
    started: Instant,
    shown: bool,
    way: Way,
    compiled: usize,
}

#[derive(Debug, PartialEq)]
enum Way {
    /// On a terminal that can redraw a line: always the newest.
    Redrawn,
    /// In a pipe, and for a screen reader: once, that a long build has begun.
    Once,
    Off,
}

/// Shorter waits need no words.
const PATIENCE: Duration = Duration::from_millis(700);
/// Nor do shorter builds a line that stays.
const LONG: Duration = Duration::from_secs(5);

impl Spinner {
    pub fn new(quiet: bool) -> Self {
        let way = match (quiet, look().plain || !std::io::stderr().is_terminal()) {
            (true, _) => Way::Off,
            (false, true) => Way::Once,
            (false, false) => Way::Redrawn,
        };
        Self { started: Instant::now(), shown: false, way, compiled: 0 }
    }

    pub fn tell(&mut self, progress: &Progress) {
        let line = match progress {
            Progress::Compiled { package } => {
                self.compiled += 1;
                if self.way == Way::Once && !self.shown && self.started.elapsed() > LONG {
                    self.shown = true;
                    eprintln!("{}", t!("spin.long"));
                }
                let seconds = self.started.elapsed().as_secs();
                t!("spin.building", n = self.compiled, package = package, seconds = seconds)
            }
            Progress::Ran { finished, of } => t!("spin.running", n = finished, of = of),
        };
        self.line(&line);
    }

    pub fn line(&mut self, line: &str) {
        if self.way == Way::Redrawn && self.started.elapsed() > PATIENCE {
            let line: String = line.chars().take(look().width - 1).collect();
            eprint!("\r\x1b[2K{line}");
            let _ = std::io::stderr().flush();
            self.shown = true;
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if self.shown && self.way == Way::Redrawn {
            eprint!("\r\x1b[2K");
        }
    }
}
