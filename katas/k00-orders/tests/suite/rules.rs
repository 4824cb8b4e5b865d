//! Another shop's rules, for the shell: it must not matter to it what they are.

use k00_given::{Cents, Command, Event, OrderState, Rejection, Rules, Status, Timestamp};

use crate::orders::added;

/// Whoever confirms gets a bookmark, so there are two events; what is confirmed costs 1.00, and from
/// four items on it comes in two parcels, each confirmed by itself; what is added after that has to
/// be confirmed, too; an order of five items is full.
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
            let parcels: &[u64] = if state.items.len() < 4 { &[100] } else { &[60, 40] };
            let each =
                parcels.iter().map(|cents| Event::Confirmed { total: Cents(*cents), at: now });
            Ok([added("bookmark", 1, 0)].into_iter().chain(each).collect())
        }
        Command::Cancel => Ok(vec![Event::Cancelled { at: now }]),
    }
}

fn evolve(mut state: OrderState, event: &Event) -> OrderState {
    match event {
        Event::Added(item) => {
            state.items.push(item.clone());
            state.status = Status::Open;
        }
        Event::Confirmed { total, at } => {
            state.status = Status::Confirmed { total: *total, at: *at };
        }
        Event::Cancelled { at } => state.status = Status::Cancelled { at: *at },
    }
    state
}
