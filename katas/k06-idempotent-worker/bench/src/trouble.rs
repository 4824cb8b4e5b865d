//! What can be wrong with the ledger.

use std::fmt;

use bench_lab::Finding;
use k06_given::HandleError;

/// Why there is no number.
pub type Trouble = bench_lab::Trouble<Wrong>;

/// What the load, the books or PostgreSQL say against the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A message was not handled.
    Refused(String),
    /// Payments that were told, payments that were made, marks.
    Books { told: i64, paid: i64, marked: i64 },
}

impl Finding for Wrong {
    fn key(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Books { .. } => "wrong_books",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Books { told, paid, marked } => {
                write!(f, "told {told}, paid {paid}, marked {marked}")
            }
        }
    }
}

impl From<HandleError> for Wrong {
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::Sql(error) => error.into(),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for Wrong {
    fn from(error: tokio_postgres::Error) -> Self {
        let why = error.as_db_error().map_or(error.to_string(), ToString::to_string);
        Self::Refused(why)
    }
}
