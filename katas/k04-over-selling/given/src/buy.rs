use std::error;
use std::fmt;

use tokio_postgres::Error;

/// Somebody wants some units of an item.
///
/// Whoever made it has looked at it already: `units` is more than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buy {
    pub buyer: i64,
    /// The item: *stock keeping unit*.
    pub sku: i64,
    pub units: i64,
}

/// A line of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub sku: i64,
    pub units: i64,
}

/// Units of an item that somebody has bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    pub sku: i64,
    pub units: i64,
    /// The stock of the item right after this sale.
    pub left: i64,
}

/// Why nothing was sold. Nothing has happened, except where a connection was lost at COMMIT: then
/// [`BuyError::Sql`] leaves open whether it has.
#[derive(Debug)]
pub enum BuyError {
    /// There are fewer units than were asked for, or there is no such item.
    SoldOut,
    /// Others were faster, in each of the attempts that were allowed.
    Contended,
    /// PostgreSQL refused, or the connection was lost.
    Sql(Error),
}

impl From<Error> for BuyError {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl fmt::Display for BuyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SoldOut => "sold out",
            Self::Contended => "others were faster each time",
            Self::Sql(_) => "the database refused",
        })
    }
}

impl error::Error for BuyError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Sql(cause) => Some(cause),
            Self::SoldOut | Self::Contended => None,
        }
    }
}
