use std::path::PathBuf;

use jzon::object;

use crate::{Malformed, parse, text};

/// Set by the runner, to anything: a [`Request`] waits on standard input. Without it (a plain
/// `cargo test`) standard input is left alone.
pub const REQUEST_ENV: &str = "TRECE_REQUEST";

/// A file in [`Request::dir`] whose content changes while the test's exploration gets further.
pub const ALIVE: &str = "alive";

/// What the runner asks of one test process: one line of JSON on standard input.
///
/// Standard input, because it needs no inherited descriptor (so it works on Windows too), it is
/// read to its end before any code of the submission runs, and nothing of it stays in the
/// environment for that code to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Random, one a test; what the receipt must hold.
    pub token: String,
    /// A folder of this test alone, for the receipt and the outcome.
    pub dir: PathBuf,
    /// What every generator of the test starts from.
    pub seed: u64,
    /// Run this one schedule instead of all and show it: an explorer's replay code.
    pub replay: Option<String>,
}

impl Request {
    /// Where the suite puts the token back after the body returned.
    pub fn receipt(&self) -> PathBuf {
        self.dir.join("receipt")
    }

    /// Where the suite puts the [`crate::Outcome`] of a test that failed.
    pub fn outcome(&self) -> PathBuf {
        self.dir.join("outcome.json")
    }

    pub fn to_json(&self) -> String {
        object! {
            "schema": "trece-request/v1",
            "token": self.token.as_str(),
            "dir": &*self.dir.to_string_lossy(),
            "seed": self.seed,
            "replay": self.replay.as_deref(),
        }
        .dump()
    }

    /// # Errors
    /// When `line` is not a request of this version.
    pub fn from_json(line: &str) -> Result<Self, Malformed> {
        let value = parse(line)?;
        if value["schema"] != "trece-request/v1" {
            return Err(Malformed("not a trece-request/v1".into()));
        }
        let missing = || Malformed("a request needs token, dir and seed".into());
        Ok(Self {
            token: text(&value, "token").ok_or_else(missing)?,
            dir: text(&value, "dir").ok_or_else(missing)?.into(),
            seed: value["seed"].as_u64().ok_or_else(missing)?,
            replay: text(&value, "replay"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn goes_through_json_unchanged() {
        let request = Request {
            token: "t".into(),
            dir: "/a b/ñ".into(),
            seed: u64::MAX,
            replay: Some("A.B2".into()),
        };
        assert_eq!(Request::from_json(&request.to_json()), Ok(request));
    }

    #[test]
    fn refuses_what_is_not_a_request() {
        for line in ["", "{}", r#"{"schema":"trece-request/v1"}"#, "[1]"] {
            assert!(Request::from_json(line).is_err(), "{line}");
        }
    }
}
