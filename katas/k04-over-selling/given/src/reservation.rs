use std::error;
use std::fmt;

use tokio_postgres::Error;

/// Names one reservation. PostgreSQL chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservationId(pub i64);

/// A moment, in seconds since some beginning. Whoever calls says what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// Why a reservation was not confirmed. Nothing has happened, except where a connection was lost at
/// COMMIT: then [`ReservationError::Sql`] leaves open whether it has.
#[derive(Debug)]
pub enum ReservationError {
    /// There is no such reservation.
    Unknown,
    /// Its time is over.
    Expired,
    /// PostgreSQL refused, or the connection was lost.
    Sql(Error),
}

impl From<Error> for ReservationError {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl fmt::Display for ReservationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "no such reservation",
            Self::Expired => "the reservation's time is over",
            Self::Sql(_) => "the database refused",
        })
    }
}

impl error::Error for ReservationError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Sql(cause) => Some(cause),
            Self::Unknown | Self::Expired => None,
        }
    }
}
