//! Orders in every state that there is.

use k00_given::{Cents, Event, Item, OrderState, Status, Timestamp};

pub fn item(name: &str, units: u64, price: u64) -> Item {
    Item { name: name.to_owned(), units, price: Cents(price) }
}

pub fn added(name: &str, units: u64, price: u64) -> Event {
    Event::Added(item(name, units, price))
}

/// When everything has happened that has happened before a test.
pub const BEFORE: Timestamp = Timestamp(1_000);

/// An order with two items that cost 39.00 and 45.50.
pub fn open() -> OrderState {
    OrderState { items: vec![item("book", 2, 1950), item("lamp", 1, 4550)], status: Status::Open }
}

pub fn confirmed() -> OrderState {
    OrderState { status: Status::Confirmed { total: Cents(8450), at: BEFORE }, ..open() }
}

pub fn cancelled() -> OrderState {
    OrderState { status: Status::Cancelled { at: BEFORE }, ..open() }
}

/// Each state with its name.
pub fn states() -> [(&'static str, OrderState); 4] {
    [
        ("An order with nothing on it", OrderState::default()),
        ("An open order", open()),
        ("A confirmed order", confirmed()),
        ("A cancelled order", cancelled()),
    ]
}
