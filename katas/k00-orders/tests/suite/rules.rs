//! Another shop's rules, for the shell: it must not matter to it what they are.

use k00_given::{Cents, Command, Event, OrderState, Rejection, Rules, Status, Timestamp};

use crate::orders::added;

/// Whoever confirms gets a bookmark, so there are two events; all that is confirmed costs 1.00; an
/// order of five items is full.
pub const RULES: Rules = Rules { decide, evolve };

fn decide(state: &OrderState, command: &Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    if let Status::Cancelled { .. } = state.status {
        return Err(Rejection::Cancelled);
    }
    match command {
        Command::Add(_) if state.items.len() >= 5 => Err(Rejection::TooMuch),
        Command::Add(item) => Ok(vec![Event::Added(item.clone())]),
        Command::Confirm if state.status != Status::Open => Err(Rejection::Confirmed),
        Command::Confirm => {
            Ok(vec![added("bookmark", 1, 0), Event::Confirmed { total: Cents(100), at: now }])
        }
        Command::Cancel => Ok(vec![Event::Cancelled { at: now }]),
    }
}

fn evolve(mut state: OrderState, event: &Event) -> OrderState {
    match event {
        Event::Added(item) => state.items.push(item.clone()),
        Event::Confirmed { total, at } => {
            state.status = Status::Confirmed { total: *total, at: *at };
        }
        Event::Cancelled { at } => state.status = Status::Cancelled { at: *at },
    }
    state
}
