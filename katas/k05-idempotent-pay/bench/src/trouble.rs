//! What can be wrong with the service.

use std::fmt;

use bench_lab::Finding;

/// Why there is no number.
pub type Trouble = bench_lab::Trouble<Wrong>;

/// What the answers or the charges say against the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A request got neither 201 nor 409, or nobody got a 201.
    Refused(String),
    /// Payments that were asked for, and charges.
    Charges { asked: u64, charged: u64 },
}

impl Finding for Wrong {
    fn key(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Charges { .. } => "wrong_charges",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Charges { asked, charged } => write!(f, "asked {asked}, charged {charged}"),
        }
    }
}

impl From<tokio_postgres::Error> for Wrong {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused(error.as_db_error().map_or(error.to_string(), ToString::to_string))
    }
}
