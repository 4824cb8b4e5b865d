use std::error;
use std::fmt;

use crate::{Command, Event, OrderState, Rejection, Timestamp, Unavailable, Version};

/// What a shop decides, as functions that know nothing of journal, mail or clock. Your step 2 has
/// two that fit.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub decide: fn(&OrderState, &Command, Timestamp) -> Result<Vec<Event>, Rejection>,
    pub evolve: fn(OrderState, &Event) -> OrderState,
}

/// A command was carried out: its events have their place in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Of the order, after this command.
    pub version: Version,
    pub mail: Delivery,
}

/// What became of the mails about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// There was nothing to tell.
    NotNeeded,
    /// All of it has left.
    Sent,
    /// It did not leave, or of several mails one did not. The order is as it is all the same.
    Failed,
}

/// Why a command was not carried out. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderError {
    /// The rules say no.
    Rejected(Rejection),
    /// Somebody else has changed the order in the meantime.
    Conflict,
    /// The journal cannot be reached.
    Unavailable,
}

impl From<Rejection> for OrderError {
    fn from(why: Rejection) -> Self {
        Self::Rejected(why)
    }
}

impl From<Unavailable> for OrderError {
    fn from(Unavailable: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(why) => why.fmt(f),
            Self::Conflict => f.write_str("somebody else has changed the order in the meantime"),
            Self::Unavailable => Unavailable.fmt(f),
        }
    }
}

impl error::Error for OrderError {}
