use std::error::Error;
use std::fmt;

use crate::{Insufficient, Overflow};

/// Why the owner of an account did not do what it was asked. Then the balance has not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorError {
    /// The account holds less than was asked for.
    Insufficient(Insufficient),
    /// The account cannot hold that much.
    Overflow(Overflow),
    /// There is no owner any more, or it takes no new requests.
    Closed,
}

/// The mailbox is full. The request was not put into it and will never be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insufficient(why) => why.fmt(f),
            Self::Overflow(why) => why.fmt(f),
            Self::Closed => f.write_str("the account is closed"),
        }
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the account's mailbox is full")
    }
}

impl Error for ActorError {}
impl Error for Busy {}

impl From<Insufficient> for ActorError {
    fn from(why: Insufficient) -> Self {
        Self::Insufficient(why)
    }
}

impl From<Overflow> for ActorError {
    fn from(why: Overflow) -> Self {
        Self::Overflow(why)
    }
}
