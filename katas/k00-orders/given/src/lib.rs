//! What kata 0 gives to the learner: orders and what happens to them, the journal that keeps them,
//! the clock and the mail, and a service that does all of it in the wrong place.

pub mod accident;
pub mod ambient;
mod clock;
mod journal;
pub mod json;
mod mail;
mod memory;
mod order;
mod rules;
mod service;

use std::pin::Pin;

pub use clock::{Clock, Timestamp};
pub use journal::{AppendError, History, Journal, Store, Unavailable, Version};
pub use mail::{Mail, MailError, Mailer, Post};
pub use memory::Memory;
pub use order::{Cents, Command, Event, Item, OrderId, OrderState, Rejection, Status};
pub use rules::{Delivery, OrderError, Placed, Rules};
pub use service::{Service, Shop};

/// What a port promises: an `async fn` in a trait that can be made into an object.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
