//! What happens outside of a service, where no transaction reaches: charges and mails.
//!
//! A [`Gateway`] charges, a [`Mailer`] sends. Each honours idempotency keys, goes wrong as a script
//! says, and writes what it *did* into a [`Ledger`], which counts effects by business id: asked
//! twice, done once is one effect; asked once, answered never is one as well.
//!
//! Code under test holds a client, made for whoever calls:
//!
//! ```
//! use effects::{Gateway, GatewayAnswer, GatewayError};
//! use explorer::Caller;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let gateway = Gateway::scripted([GatewayAnswer::ChargesThenTimesOut]);
//! let client = gateway.client(Caller::Plain);
//! assert_eq!(client.charge("order-1", 3000, Some("k")).await, Err(GatewayError::TimedOut));
//! assert_eq!(gateway.ledger().times("order-1"), 1);
//! // Asked again with its key, it says what it did.
//! assert_eq!(client.charge("order-1", 3000, Some("k")).await.unwrap().id, "ch_1");
//! assert_eq!(gateway.ledger().times("order-1"), 1);
//! # }
//! ```
//!
//! In an exploration the caller is a lane, each call is a choice point of it, and the explorer adds
//! faults of its own; the gateway is given to the scenario as a port, which puts it back before
//! each schedule and shows what it did.

mod gateway;
mod ledger;
mod mailer;
mod memory;

pub use gateway::{Charged, Gateway, GatewayAnswer, GatewayCall, GatewayClient, GatewayError};
pub use ledger::Ledger;
pub use mailer::{MailAnswer, MailError, Mailer, MailerClient, Sent};
