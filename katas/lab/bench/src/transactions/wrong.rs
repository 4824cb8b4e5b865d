//! What can be wrong with code that makes transactions.

use std::fmt::{self, Display};

use crate::Finding;

/// What the load, the books or PostgreSQL say against the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// What had to be done was not done. Why, in English.
    Refused(String),
    /// What was told and what is in the database do not agree. How, in English.
    Books(String),
}

impl Wrong {
    /// For errors of the code and of PostgreSQL.
    pub fn refused(why: impl Display) -> Self {
        Self::Refused(why.to_string())
    }

    /// What does not agree.
    pub fn books(what: impl Display) -> Self {
        Self::Books(what.to_string())
    }
}

impl Finding for Wrong {
    fn key(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Books(_) => "wrong_books",
        }
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Refused(what) | Self::Books(what)) = self;
        f.write_str(what)
    }
}
