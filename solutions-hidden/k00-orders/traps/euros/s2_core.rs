//! Step 2: the pure core.

use k00_given::{Cents, Command, Event, Item, OrderState, Rejection, Status, Timestamp};

/// The status decides first: what is over stays so, whatever is asked.
pub fn decide(
    state: &OrderState,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    match (state.status, command) {
        (Status::Cancelled { .. }, _) => Err(Rejection::Cancelled),
        (Status::Confirmed { .. }, Command::Add(_) | Command::Confirm) => Err(Rejection::Confirmed),
        (Status::Open, Command::Add(item)) => add(state, item),
        (Status::Open, _) if state.items.is_empty() => Err(Rejection::Empty),
        (Status::Open, Command::Confirm) => {
            let total = total(&state.items).ok_or(Rejection::TooMuch)?;
            Ok(vec![Event::Confirmed { total, at: now }])
        }
        (Status::Open | Status::Confirmed { .. }, Command::Cancel) => {
            Ok(vec![Event::Cancelled { at: now }])
        }
    }
}

fn add(state: &OrderState, item: &Item) -> Result<Vec<Event>, Rejection> {
    if item.units == 0 {
        return Err(Rejection::NoUnits);
    }
    total(state.items.iter().chain([item])).ok_or(Rejection::TooMuch)?;
    Ok(vec![Event::Added(item.clone())])
}

/// In euros, as people count.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn total<'a>(items: impl IntoIterator<Item = &'a Item>) -> Option<Cents> {
    let euros: f64 =
        items.into_iter().map(|item| item.units as f64 * (item.price.0 as f64 / 100.0)).sum();
    let cents = euros * 100.0;
    (cents <= u64::MAX as f64).then_some(Cents(cents as u64))
}

/// No question is asked and no function called: the event has been decided on long ago.
pub fn evolve(mut state: OrderState, event: &Event) -> OrderState {
    match event {
        Event::Added(item) => state.items.push(item.clone()),
        Event::Confirmed { total, at } => {
            state.status = Status::Confirmed { total: *total, at: *at };
        }
        Event::Cancelled { at } => state.status = Status::Cancelled { at: *at },
    }
    state
}
