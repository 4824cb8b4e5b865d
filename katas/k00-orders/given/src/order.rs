use std::error;
use std::fmt;

use crate::Timestamp;

/// Names one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderId(pub u64);

/// An amount of money, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub u64);

/// So many units of one thing, at one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub units: u64,
    /// Of one unit.
    pub price: Cents,
}

/// What a customer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// This, too, shall be on the order.
    Add(Item),
    /// The customer is sure, and will pay.
    Confirm,
    /// The customer has changed his mind.
    Cancel,
}

/// Something that has happened to an order. It is a fact: nobody can make it undone or refuse it
/// later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Added(Item),
    Confirmed {
        /// What the customer will pay.
        total: Cents,
        at: Timestamp,
    },
    Cancelled {
        at: Timestamp,
    },
}

/// What all events of an order, one after the other, have made of it. An order of which nobody has
/// heard is [`OrderState::default`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderState {
    /// In the order in which they were added, each as it was added.
    pub items: Vec<Item>,
    pub status: Status,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    Open,
    Confirmed {
        total: Cents,
        at: Timestamp,
    },
    Cancelled {
        at: Timestamp,
    },
}

/// Why a command is refused. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// There is nothing on the order: nobody has heard of it.
    Empty,
    /// It is confirmed, and stays as it is.
    Confirmed,
    /// It is cancelled, and stays so.
    Cancelled,
    /// Nobody adds no units.
    NoUnits,
    /// The total would be more than [`Cents`] can hold.
    TooMuch,
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {}", self.0)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(item) => write!(f, "{} × {} added", item.units, item.name),
            Self::Confirmed { total, .. } => write!(f, "confirmed ({total})"),
            Self::Cancelled { .. } => f.write_str("cancelled"),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is nothing on this order",
            Self::Confirmed => "the order is confirmed",
            Self::Cancelled => "the order is cancelled",
            Self::NoUnits => "no units",
            Self::TooMuch => "more money than there is",
        })
    }
}

impl error::Error for Rejection {}
