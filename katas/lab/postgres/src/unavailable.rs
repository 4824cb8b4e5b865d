use std::error::Error;
use std::fmt;

use protocol::postgres::Missing;
use protocol::{Outcome, Status};

/// Why a test cannot have its database. Its text is for a learner to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// This machine has no PostgreSQL.
    Missing(Missing),
    /// It has one that does not work: what it said.
    Broken(String),
    /// The server that was named cannot do this: exploring stops server processes, so it needs a
    /// cluster of its own.
    Given,
    /// The server works, and refused the SQL that sets the test up: the suite's, or the learner's.
    Setup(String),
}

impl Unavailable {
    /// Ends the test: as *not verified*, or as failed where the SQL is to blame.
    ///
    /// # Panics
    /// Always: that is how a test ends early.
    #[track_caller]
    pub fn end_test(&self) -> ! {
        match self {
            Self::Setup(_) => suite::fail(Outcome::new(Status::Fail, self.to_string())),
            _ => suite::not_verified(self.to_string()),
        }
    }

    pub(crate) fn broken(what: &str, error: &(dyn Error + 'static)) -> Self {
        Self::Broken(format!("{what}: {}", chain(error)))
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(missing) => missing.fmt(f),
            Self::Broken(said) => {
                write!(f, "There is a PostgreSQL here, and it does not work:\n{said}")
            }
            Self::Given => f.write_str(
                "This explores schedules by stopping server processes: it needs a\n\
                 PostgreSQL of its own. Unset TRECE_DATABASE_URL.",
            ),
            Self::Setup(said) => write!(f, "The database refused the test's setup:\n{said}"),
        }
    }
}

impl Error for Unavailable {}

impl From<Missing> for Unavailable {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// An error with its causes: those of a client say `db error` and keep the rest below.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}
