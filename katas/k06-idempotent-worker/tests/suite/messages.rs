//! Messages as their producer makes them.

use k06_given::{Captured, Message};

/// A merchant's 250 cents, as it is published.
pub fn captured(id: &str, merchant: i64) -> Message {
    Message::new(id, Captured { merchant, cents: 250 }.to_body())
}
