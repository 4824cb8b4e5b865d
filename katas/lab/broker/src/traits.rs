use std::fmt;
use std::future::Future;

use crate::{Delivery, DeliveryTag, Message};

/// The end of a queue at which messages go in.
///
/// One `publish` at a time waits for its confirm; that is slow, and enough here.
pub trait ConfirmedPublisher: Send + Sync {
    /// Publishes to `queue` and waits until the broker has taken responsibility.
    ///
    /// # Errors
    /// [`PublishError`]. After [`PublishError::Unconfirmed`] the message may be there or not; to
    /// publish it again, with the same id, may make it two.
    ///
    /// # Cancellation
    /// Dropped, it leaves open whether the message was published.
    fn publish(
        &self,
        queue: &str,
        message: &Message,
    ) -> impl Future<Output = Result<(), PublishError>> + Send;
}

/// The end of a queue at which messages come out: one connection, one queue, acknowledged by hand.
///
/// The broker sends up to *prefetch* messages ahead; they wait here, unacked, until [`Consumer::next`]
/// hands them out. As long as the connection lives nobody else gets them.
pub trait Consumer: Send {
    /// The next message; waits until there is one. `None` once [`Consumer::cancel`] was called and
    /// everything that was sent before has been handed out.
    ///
    /// # Errors
    /// [`ConnectionLost`]; every unacked message of this consumer goes back to its queue.
    ///
    /// # Cancellation
    /// Safe: dropped, it loses no message.
    fn next(&mut self) -> impl Future<Output = Result<Option<Delivery>, ConnectionLost>> + Send;

    /// Says that this delivery is done with: the message is gone.
    ///
    /// `Ok` says that it was sent, not that it arrived: AMQP has no confirm for an ack. If the
    /// connection ends meanwhile, the message comes again.
    ///
    /// # Errors
    /// [`ConnectionLost`], when that is known already.
    ///
    /// # Cancellation
    /// Dropped, it leaves open whether the message is acknowledged.
    fn ack(&mut self, tag: DeliveryTag) -> impl Future<Output = Result<(), ConnectionLost>> + Send;

    /// Says that this delivery was not dealt with.
    ///
    /// # Errors
    /// As [`Consumer::ack`].
    ///
    /// # Cancellation
    /// As [`Consumer::ack`].
    fn nack(
        &mut self,
        tag: DeliveryTag,
        requeue: Requeue,
    ) -> impl Future<Output = Result<(), ConnectionLost>> + Send;

    /// Asks for no further messages. Those that were sent already still come from
    /// [`Consumer::next`] and are to be settled.
    ///
    /// # Errors
    /// As [`Consumer::ack`].
    fn cancel(&mut self) -> impl Future<Output = Result<(), ConnectionLost>> + Send;

    /// Ends the connection; what is unacked goes back to its queue.
    fn close(self) -> impl Future<Output = ()> + Send
    where
        Self: Sized;
}

/// What becomes of a message that was not dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requeue {
    /// It is delivered again, at once.
    Yes,
    /// It leaves the queue: to the dead letters, where there are any, otherwise for ever.
    No,
}

/// The connection to the broker is gone, and with it everything that was unacked on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLost;

impl fmt::Display for ConnectionLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection to the broker is lost")
    }
}

impl std::error::Error for ConnectionLost {}

/// Why a message is not known to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishError {
    /// The broker says that it did not take it (`basic.nack`, or an error of its own).
    Refused,
    /// There is no such queue.
    Unroutable,
    /// The connection was lost before the broker had answered: the message may be there.
    Unconfirmed,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the broker refused the message",
            Self::Unroutable => "there is no such queue",
            Self::Unconfirmed => "no confirm came: the message may have been published, or not",
        })
    }
}

impl std::error::Error for PublishError {}

/// Where a test connects: one broker, one queue, which is the test's alone.
pub trait Connect: Send + Sync {
    type Publisher: ConfirmedPublisher;
    type Consumer: Consumer;

    /// The name of the queue.
    fn queue(&self) -> &str;

    fn publisher(&self) -> impl Future<Output = Self::Publisher> + Send;

    /// A consumer with a connection of its own, to which at most `prefetch` messages are unacked at
    /// a time.
    fn consumer(&self, prefetch: u16) -> impl Future<Output = Self::Consumer> + Send;

    /// Cuts the connection of this consumer without a goodbye, as a process does that is killed.
    fn sever(&self, consumer: Self::Consumer) -> impl Future<Output = ()> + Send;
}
