//! Replay codes: the sequence of decisions of one schedule, in letters.
//!
//! `A.B4.A3`: A moves once, B four times, A three times. `A.B!2`: A moves, then B's next step goes
//! wrong in the second of the ways in which it can. Where a lane wants to do several things at once,
//! they are told apart: `Ab` is the second one of A's strands.

use std::fmt;
use std::str::FromStr;

/// More steps than any schedule has: what a typing error must not reach.
const MOST: usize = 10_000;

/// One schedule as its decisions: which strand moved, and how (0: as it should, n: its n-th fault).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub Vec<(String, usize)>);

/// A replay code that cannot be read, or that does not fit the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCode(pub String);

impl fmt::Display for BadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadCode {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = &self.0[..];
        let mut first = true;
        while let Some(decision) = rest.first() {
            let times = match decision.1 {
                0 => rest.iter().take_while(|d| *d == decision).count(),
                _ => 1,
            };
            let dot = if std::mem::take(&mut first) { "" } else { "." };
            let (name, fault) = decision;
            match (times, fault) {
                (1, 0) => write!(f, "{dot}{name}")?,
                (n, 0) => write!(f, "{dot}{name}{n}")?,
                (_, fault) => write!(f, "{dot}{name}!{fault}")?,
            }
            rest = &rest[times..];
        }
        Ok(())
    }
}

impl FromStr for Code {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut decisions = Vec::new();
        for part in text.trim().split('.') {
            let bad = |why: &str| BadCode(format!("replay code `{text}`: `{part}` {why}"));
            let end = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            if name.is_empty() {
                return Err(bad("names no lane"));
            }
            let (times, fault) = match rest.strip_prefix('!') {
                Some(fault) => (1, number(fault).ok_or_else(|| bad("needs a number after the !"))?),
                None if rest.is_empty() => (1, 0),
                None => (
                    number(rest).ok_or_else(|| bad("is neither a lane nor a lane and a number"))?,
                    0,
                ),
            };
            if decisions.len() + times > MOST {
                return Err(bad("makes it longer than any schedule"));
            }
            decisions.extend(std::iter::repeat_n((name.to_owned(), fault), times));
        }
        Ok(Self(decisions))
    }
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && *n > 0)
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn is_short_and_reads_back() {
        for text in ["A", "A.B4.A3", "A2.B!2.A", "A!1.A!1", "A.Ab2.B"] {
            let code: Code = text.parse().unwrap();
            assert_eq!(code.to_string(), text);
        }
        let long: Code = "A.A.B.B.B".parse().unwrap();
        assert_eq!(long.to_string(), "A2.B3");
    }

    #[test]
    fn says_what_it_cannot_read() {
        for (text, says) in [
            ("", "names no lane"),
            ("A..B", "names no lane"),
            ("3", "names no lane"),
            ("A0", "neither a lane"),
            ("A+3", "neither a lane"),
            ("A2!1", "neither a lane"),
            ("A!", "needs a number"),
            ("A!0", "needs a number"),
            ("A99999999", "longer"),
        ] {
            let error = text.parse::<Code>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
