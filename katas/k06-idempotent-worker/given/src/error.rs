use std::error;
use std::fmt;

use effects::MailError;
use tokio_postgres::Error;

use crate::Malformed;

/// Why a message was not dealt with.
#[derive(Debug)]
pub enum HandleError {
    /// It cannot be read, now or ever.
    Malformed,
    /// There is no such merchant, or item: perhaps not yet.
    Unknown,
    /// The mailer did not do it, or has not said so.
    Mail(MailError),
    /// PostgreSQL refused, or the connection was lost.
    Sql(Error),
}

impl From<Malformed> for HandleError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<MailError> for HandleError {
    fn from(error: MailError) -> Self {
        Self::Mail(error)
    }
}

impl From<Error> for HandleError {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl fmt::Display for HandleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the message cannot be read",
            Self::Unknown => "there is no such merchant or item",
            Self::Mail(_) => "the mail is not known to be sent",
            Self::Sql(_) => "the database refused",
        })
    }
}

impl error::Error for HandleError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Mail(cause) => Some(cause),
            Self::Sql(cause) => Some(cause),
            Self::Malformed | Self::Unknown => None,
        }
    }
}
