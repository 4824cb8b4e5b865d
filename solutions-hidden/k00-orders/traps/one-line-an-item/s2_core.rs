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

/// `None` where it is more than fits.
fn total<'a>(items: impl IntoIterator<Item = &'a Item>) -> Option<Cents> {
    items.into_iter().try_fold(Cents(0), |Cents(sum), item| {
        let price = item.units.checked_mul(item.price.0)?;
        Some(Cents(sum.checked_add(price)?))
    })
}

/// Of one thing at one price there is one line.
pub fn evolve(mut state: OrderState, event: &Event) -> OrderState {
    match event {
        Event::Added(item) => {
            let same = |line: &&mut Item| line.name == item.name && line.price == item.price;
            match state.items.iter_mut().find(same) {
                Some(line) => line.units = line.units.saturating_add(item.units),
                None => state.items.push(item.clone()),
            }
        }
        Event::Confirmed { total, at } => {
            state.status = Status::Confirmed { total: *total, at: *at };
        }
        Event::Cancelled { at } => state.status = Status::Cancelled { at: *at },
    }
    state
}
