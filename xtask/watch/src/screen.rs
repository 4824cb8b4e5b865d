use std::io::{self, Write};

use crossterm::cursor::MoveTo;
use crossterm::style::Stylize;
use crossterm::terminal::{self, Clear, ClearType};
use crossterm::{QueueableCommand, style};

use crate::settings::Words;

/// Where the session writes between the runs.
#[derive(Debug)]
pub struct Screen {
    /// Keys can be pressed.
    pub keys: bool,
    redraw: bool,
    colour: bool,
}

impl Screen {
    pub fn new(terminal: bool, plain: bool) -> Self {
        let colour =
            terminal && !plain && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Self { keys: terminal, redraw: terminal && !plain, colour }
    }

    pub fn clear(&self) {
        let mut out = io::stdout();
        if self.redraw {
            // A terminal that is gone is told by its signal.
            let _ = out.queue(Clear(ClearType::All)).and_then(|o| o.queue(MoveTo(0, 0)));
            let _ = out.flush();
        }
    }

    /// One line; a pipe whose reader has gone is no reason to panic.
    pub fn line(&self, text: &str) {
        let mut out = io::stdout();
        let _ = if self.colour {
            out.queue(style::PrintStyledContent(text.dim()))
                .map(|_| ())
                .and_then(|()| writeln!(out))
        } else {
            writeln!(out, "{text}")
        };
        let _ = out.flush();
    }

    /// What can be done now, in a line.
    pub fn prompt(&self, words: &Words) {
        if self.keys {
            let keys: Vec<String> =
                words.keys.iter().map(|[key, short, _]| format!("{key} {short}")).collect();
            self.line(&format!("\n{}", keys.join("  ")));
        } else {
            self.line(&format!("\n{}", words.waiting));
        }
    }

    /// What can be done now, a sentence a key.
    pub fn help(&self, words: &Words) {
        for [key, _, long] in &words.keys {
            self.line(&format!("  {key:<6} {long}"));
        }
    }
}

/// Keys come one by one while this lives, and not only after Return. It goes with every way out
/// of the function that holds it, a panic included.
#[derive(Debug)]
pub struct SingleKeys;

impl SingleKeys {
    pub fn new() -> io::Result<Self> {
        terminal::enable_raw_mode().map(|()| Self)
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
    }
}
