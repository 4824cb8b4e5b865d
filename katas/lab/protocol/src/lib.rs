//! What the runner and the suites share, and nothing else.
//!
//! The runner starts one process a test and hands it a [`Request`] on standard input. The suite
//! reads it before any code of the submission runs, and after the test's body has returned it
//! writes the request's token back: the *receipt*. A process that ends with status 0 and left no
//! receipt did not pass. The suite also leaves an [`Outcome`], which is shown to the learner and
//! never believed: it cannot turn a failure into a pass.
//!
//! The types are mapped to JSON by hand, with a library that does not need serde: every learner
//! builds this crate before the first verdict.

mod outcome;
pub mod postgres;
mod request;
mod status;
pub mod timeline;

pub use outcome::{Outcome, Place};
pub use request::{ALIVE, REQUEST_ENV, Request};
pub use status::Status;
pub use timeline::Timeline;

use jzon::JsonValue;

/// A JSON document of this crate that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

pub(crate) fn parse(text: &str) -> Result<JsonValue, Malformed> {
    jzon::parse(text).map_err(|e| Malformed(e.to_string()))
}

pub(crate) fn text(value: &JsonValue, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}
