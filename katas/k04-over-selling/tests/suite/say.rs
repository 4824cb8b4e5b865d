//! Answers that compare.

use std::fmt::{self, Debug};

use k04_given::{BuyError, ReservationError};

/// An error in words that are the same each time: PostgreSQL's own messages have process ids in
/// them.
#[derive(Clone, PartialEq, Eq)]
pub struct Told(String);

impl Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Told {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<BuyError> for Told {
    fn from(error: BuyError) -> Self {
        match error {
            BuyError::SoldOut => Self::new("SoldOut"),
            BuyError::Contended => Self::new("Contended"),
            BuyError::Sql(error) => error.into(),
        }
    }
}

impl From<ReservationError> for Told {
    fn from(error: ReservationError) -> Self {
        match error {
            ReservationError::Unknown => Self::new("Unknown"),
            ReservationError::Expired => Self::new("Expired"),
            ReservationError::Sql(error) => error.into(),
        }
    }
}

impl From<tokio_postgres::Error> for Told {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.code() {
            Some(code) => Self(format!("Sql({})", code.code())),
            None if error.is_closed() => Self::new("Sql(connection lost)"),
            None => Self(format!("Sql({error})")),
        }
    }
}
