//! Step 2: the pure core.

use k00_given::{Cents, Command, Event, OrderState, Rejection, Status, Timestamp};

pub fn decide(
    state: &OrderState,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let event = match command {
        Command::Add(item) => {
            still_open(state)?;
            if item.units == 0 {
                return Err(Rejection::NoUnits);
            }
            let after = cents(state) + u128::from(item.units) * u128::from(item.price.0);
            narrow(after)?;
            Event::Added(item.clone())
        }
        Command::Confirm => {
            still_open(state)?;
            not_empty(state)?;
            Event::Confirmed { total: narrow(cents(state))?, at: now }
        }
        Command::Cancel => {
            if let Status::Cancelled { .. } = state.status {
                return Err(Rejection::Cancelled);
            }
            if state.status == Status::Open {
                not_empty(state)?;
            }
            Event::Cancelled { at: now }
        }
    };
    Ok(vec![event])
}

fn still_open(state: &OrderState) -> Result<(), Rejection> {
    match state.status {
        Status::Open => Ok(()),
        Status::Confirmed { .. } => Err(Rejection::Confirmed),
        Status::Cancelled { .. } => Err(Rejection::Cancelled),
    }
}

fn not_empty(state: &OrderState) -> Result<(), Rejection> {
    if state.items.is_empty() { Err(Rejection::Empty) } else { Ok(()) }
}

/// One item is less than 2^128; an order that was accepted is less than 2^64.
fn cents(state: &OrderState) -> u128 {
    state.items.iter().map(|item| u128::from(item.units) * u128::from(item.price.0)).sum()
}

fn narrow(cents: u128) -> Result<Cents, Rejection> {
    u64::try_from(cents).map(Cents).map_err(|_| Rejection::TooMuch)
}

pub fn evolve(state: OrderState, event: &Event) -> OrderState {
    match event {
        Event::Added(item) => {
            let items = [state.items, vec![item.clone()]].concat();
            OrderState { items, ..state }
        }
        Event::Confirmed { total, at } => {
            OrderState { status: Status::Confirmed { total: *total, at: *at }, ..state }
        }
        Event::Cancelled { at } => OrderState { status: Status::Cancelled { at: *at }, ..state },
    }
}
