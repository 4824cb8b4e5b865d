//! What the player types: a number in a menu, letters and replay codes in the game.

use std::io::{self, Write};

use crate::words::{Words, fill};

/// The player's lines. Standard input is not held: the game reads it on another thread.
#[derive(Debug)]
pub struct Lines {
    /// A terminal shows the player's Enter by itself; a pipe does not.
    echo: bool,
}

/// What one word of a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A session, `a`; how often, `b4`; with which fault, `a!2` (0: none).
    Move {
        name: String,
        times: usize,
        fault: usize,
    },
    Undo,
    Restart,
    Other,
    Quit,
    Unknown(String),
}

impl Lines {
    pub fn new(echo: bool) -> Self {
        Self { echo }
    }

    /// The next line; nothing at the end of the input.
    pub fn next(&mut self, prompt: &str) -> io::Result<Option<String>> {
        print!("{prompt} ");
        io::stdout().flush()?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            println!();
            return Ok(None);
        }
        let line = line.trim().to_owned();
        if self.echo {
            println!("{line}");
        }
        Ok(Some(line))
    }

    /// A number of a menu; nothing if the player leaves.
    pub fn choose<T>(
        &mut self,
        prompt: &str,
        words: &Words,
        of: impl Fn(usize) -> Option<T>,
    ) -> io::Result<Option<T>> {
        loop {
            let Some(line) = self.next(prompt)? else { return Ok(None) };
            if line.eq_ignore_ascii_case("q") {
                return Ok(None);
            }
            match line.parse().ok().and_then(&of) {
                Some(chosen) => return Ok(Some(chosen)),
                None => println!("{}", fill(words.unknown, &[&line])),
            }
        }
    }
}

/// The words of a line: divided by blanks, commas and the dots of a replay code. `strands` are the
/// names that can move, so that `ab` is the strand `Ab` where there is one, and `a` and `b` else.
pub fn words(line: &str, strands: &[String]) -> Vec<Word> {
    let parts = line.split([' ', ',', '.', '\t']).filter(|part| !part.is_empty());
    parts.flat_map(|part| word(part, strands)).collect()
}

fn word(part: &str, strands: &[String]) -> Vec<Word> {
    let end = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
    let (name, rest) = part.split_at(end);
    let unknown = || vec![Word::Unknown(part.to_owned())];
    let (times, fault) = match rest.strip_prefix('!') {
        Some(fault) => (1, fault.parse().ok()),
        None if rest.is_empty() => (1, Some(0)),
        // More than any schedule has is a typing error.
        None => (rest.parse().unwrap_or(0), Some(0)),
    };
    let (Some(fault), 1..=1000) = (fault, times) else { return unknown() };
    let known = strands.iter().any(|strand| strand.eq_ignore_ascii_case(name));
    let single = known || name.len() == 1;
    if name.is_empty() || (!single && !rest.is_empty()) {
        return unknown();
    }
    let names: Vec<String> =
        if single { vec![name.to_owned()] } else { name.chars().map(String::from).collect() };
    names
        .into_iter()
        .map(|name| match name.to_ascii_lowercase().as_str() {
            "u" => Word::Undo,
            "r" => Word::Restart,
            "m" => Word::Other,
            "q" => Word::Quit,
            lower if lower.starts_with(['a', 'b']) => Word::Move { name, times, fault },
            _ => Word::Unknown(name),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Word, words};

    fn go(name: &str, times: usize, fault: usize) -> Word {
        Word::Move { name: name.to_owned(), times, fault }
    }

    #[test]
    fn letters_and_replay_codes() {
        let none = [];
        assert_eq!(words("a b", &none), [go("a", 1, 0), go("b", 1, 0)]);
        assert_eq!(words("aab", &none), [go("a", 1, 0), go("a", 1, 0), go("b", 1, 0)]);
        assert_eq!(words("A.B4.A!2", &none), [go("A", 1, 0), go("B", 4, 0), go("A", 1, 2)]);
        assert_eq!(words("u r, m q", &none), [Word::Undo, Word::Restart, Word::Other, Word::Quit]);
        let strands = ["Ab".to_owned()];
        assert_eq!(words("ab", &strands), [go("ab", 1, 0)]);
        assert_eq!(words("Ab3", &strands), [go("Ab", 3, 0)]);
    }

    #[test]
    fn what_is_no_move() {
        for line in ["x", "7", "a!", "a!x", "aa3", "b99999"] {
            assert!(matches!(words(line, &[])[..], [Word::Unknown(_)]), "{line}");
        }
    }
}
