//! Answers that compare.

use std::fmt::{self, Debug};

use k06_given::HandleError;

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

impl From<HandleError> for Told {
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::Malformed => Self::new("Malformed"),
            HandleError::Unknown => Self::new("Unknown"),
            HandleError::Mail(error) => Self(format!("Mail({error:?})")),
            HandleError::Sql(error) => error.into(),
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
