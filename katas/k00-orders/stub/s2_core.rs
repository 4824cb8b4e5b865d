//! Step 2: the pure core.
//!
//! Two functions that know the rules of the shop and nothing else. They are given all that they
//! look at, and what they want is in what they return. An order's state is what its events, applied
//! one after the other, have made of [`OrderState::default`].

use k00_given::{Command, Event, OrderState, Rejection, Timestamp};

/// What happens when this command is given to an order in this state, at this time.
///
/// ```text
///                     Add                  Confirm              Cancel
/// nothing on it yet   event Added          refused Empty        refused Empty
/// open                event Added          event Confirmed      event Cancelled
/// confirmed           refused Confirmed    refused Confirmed    event Cancelled
/// cancelled           refused Cancelled    refused Cancelled    refused Cancelled
/// ```
///
/// One event, or a refusal. An event has the time that was given, and a confirmation has the total:
/// units times price, over all items, to the cent.
///
/// # Errors
/// With the refusal of the table; and for an item that could be added otherwise, in this order,
/// [`Rejection::NoUnits`] when there are none of it, [`Rejection::TooMuch`] when the total with it
/// would be more than fits into [`Cents`](k00_given::Cents).
pub fn decide(
    state: &OrderState,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    todo!("which of these may happen now, and what is it called when it has?")
}

/// The state after this event. It has happened, so there is nothing to decide, and nothing to be
/// refused: also where the rules of today would have said no.
///
/// Called for each event of an order, whenever somebody wants to know its state: when it happens,
/// and years later.
pub fn evolve(state: OrderState, event: &Event) -> OrderState {
    todo!("what does the order look like after it?")
}
