//! What can be wrong with the bank.

use std::fmt;

use bench_lab::Finding;
use k03_given::TxError;

/// Why there is no number.
pub type Trouble = bench_lab::Trouble<Wrong>;

/// What the load, the books or PostgreSQL say against the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There was money for everybody, and somebody got none.
    Refused(String),
    /// The accounts hold so much more or less than at first.
    Books { missing: i64 },
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
            Self::Books { missing } => write!(f, "{missing:+} in all"),
        }
    }
}

impl From<TxError> for Wrong {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Sql(error) => error.into(),
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
