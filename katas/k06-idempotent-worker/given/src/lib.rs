//! What kata 6 gives to the learner: the messages and how they end, the consumer's end of a queue,
//! the mailer, and the tables.

mod error;
mod handled;
mod handler;
mod message;
mod report;
pub mod tables;

pub use broker::{
    ConnectionLost, Consumer, Delivery, DeliveryTag, Headers, Message, MessageId, Requeue,
};
pub use effects::{MailError, MailerClient, Sent};
pub use error::HandleError;
pub use handled::{Guarantee, Handled, Timestamp, Versioned};
pub use handler::{Handler, Handling};
pub use message::{Captured, Malformed, StockMoved};
pub use report::{End, WorkerReport};
