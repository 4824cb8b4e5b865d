//! Messages, and the two ends of a queue, in the field's words.
//!
//! - [`ConfirmedPublisher`] and [`Consumer`]: what a program knows of a broker. RabbitMQ and Redis
//!   Streams stand behind the same two traits (`katas/lab/broker-real`).
//! - [`Broker`]: a broker in this process. What goes wrong with it is scripted ([`Fault`]): by a
//!   plain test ([`Broker::script`]), or by the explorer, to which each publish, delivery and
//!   settlement is a choice point of the lane that asked for it ([`Broker::actor`]).
//! - [`conformance`]: one function for each behaviour that all brokers have in common.
//!
//! # What at-least-once means here
//!
//! A message that was delivered is *unacked* until its consumer acknowledges it. If the consumer's
//! connection ends before that, the message goes back to its place in the queue and is delivered
//! again: *redelivered*, with a new delivery tag, to whoever asks. Nothing tells the broker how far
//! the first consumer had come. And a producer whose confirm was lost publishes the message again:
//! then there are two, and neither is marked. Only the [`MessageId`] is the same, since the producer
//! chose it.

pub mod conformance;
mod delivery;
mod fault;
mod local;
mod message;
mod traits;

pub use delivery::{Delivery, DeliveryTag};
pub use fault::Fault;
pub use local::{Broker, LocalConsumer, LocalPublisher, LocalQueue};
pub use message::{Headers, Message, MessageId};
pub use traits::{ConfirmedPublisher, Connect, ConnectionLost, Consumer, PublishError, Requeue};
