//! RabbitMQ and Redis Streams behind the traits of [`broker`].
//!
//! - [`RabbitQueue`]: a quorum queue, publisher confirms with `mandatory`, acknowledged by hand,
//!   prefetch for each consumer.
//! - [`RedisQueue`]: a stream with one consumer group; unacked entries are taken over by
//!   `XAUTOCLAIM`.
//!
//! Both pass [`broker::conformance`]. Where they are is said by `TRECE_AMQP_URL` and
//! `TRECE_REDIS_URL`; without these, it is the standard port of this machine. Where none answers,
//! [`Unreachable`] says how to start one.
//!
//! # What differs
//!
//! Seen with RabbitMQ 3.10.8 and Redis 7.0.15; the tests in `tests/differences.rs` look again.
//!
//! | | RabbitMQ, quorum queue | Redis Streams |
//! |---|---|---|
//! | who delivers again | the broker, when the connection ends | nobody: another consumer asks, with `XAUTOCLAIM`, for what has been pending long enough |
//! | when | at once | after the time that the consumers have agreed on |
//! | the mark `redelivered` | a flag in the delivery | none; the adapter says it of a count above 1 |
//! | the count | header `x-delivery-count`: missing at first, then 1, 2, … | `XPENDING`: 1 at first; `XAUTOCLAIM` and `XCLAIM` raise it, with `JUSTID` they do not |
//! | order after a lost connection | what was unacked comes first, as it was | the same: what is taken over is older than what is new |
//! | order after `nack` with requeue | behind the others (without a delivery limit) | before the others |
//! | `nack` with requeue | `basic.nack` | none; the adapter makes the entry look as if it had been idle for long (`XCLAIM … IDLE … JUSTID`) |
//! | `nack` without requeue | to the dead-letter exchange, or dropped | none; the adapter copies it to another stream and acknowledges, in one transaction |
//! | a consumer that is slow | keeps its messages as long as its connection lives (and 30 minutes, by default) | loses them to whoever claims them, while it is still at work |
//! | what was acknowledged | is gone | is still in the stream, until it is trimmed |
//! | a delivery tag | counts up in each channel, from 1 | none; the adapter counts, the server knows the entry's id |

mod background;
mod cable;
mod place;
mod rabbitmq;
mod reach;
mod redis_streams;

pub use rabbitmq::{RabbitConsumer, RabbitPublisher, RabbitQueue};
pub use reach::Unreachable;
pub use redis_streams::{RedisConsumer, RedisPublisher, RedisQueue};
