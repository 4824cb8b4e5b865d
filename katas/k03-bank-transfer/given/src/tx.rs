use std::error;
use std::fmt;
use std::pin::Pin;

use tokio_postgres::{Client, Error};

/// What the body of a transaction promises: a value, or why there is none.
pub type TxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, TxError>> + Send + 'a>>;

/// Why a transaction gave no value.
#[derive(Debug)]
pub enum TxError {
    /// The body said no, for a reason of its own. Nothing has happened.
    Rejected(String),
    /// PostgreSQL refused, or the connection was lost before COMMIT was sent. Nothing has happened.
    Sql(Error),
    /// PostgreSQL undid every attempt because of what others did at the same time. Nothing has
    /// happened.
    Exhausted {
        attempts: u32,
        /// Why the last one was undone.
        last: Error,
    },
    /// COMMIT was sent, and no reply came: everything has happened, or nothing.
    Unknown(Error),
}

/// A way to the server. Each call opens a new connection.
pub trait Connect: Sync {
    /// # Errors
    /// When the server cannot be reached.
    fn connect(&self) -> impl Future<Output = Result<Client, Error>> + Send;
}

impl From<Error> for TxError {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl fmt::Display for TxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(why) => write!(f, "rejected: {why}"),
            Self::Sql(_) => f.write_str("nothing has happened"),
            Self::Exhausted { attempts, .. } => write!(f, "undone {attempts} times"),
            Self::Unknown(_) => f.write_str("it is not known whether it was committed"),
        }
    }
}

impl error::Error for TxError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Rejected(_) => None,
            Self::Sql(cause) | Self::Unknown(cause) | Self::Exhausted { last: cause, .. } => {
                Some(cause)
            }
        }
    }
}
