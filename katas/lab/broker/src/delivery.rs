use std::fmt;

use crate::{Headers, MessageId};

/// Names one delivery, to the connection that it came over and to nobody else. The same message
/// has another one when it is delivered again, and another message may then have this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryTag(pub u64);

impl fmt::Display for DeliveryTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message as its consumer gets it. `B` is the body: bytes, or what was read from them
/// ([`Delivery::try_map`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<B = Vec<u8>> {
    /// See [`crate::Message`].
    pub id: MessageId,
    pub headers: Headers,
    pub body: B,
    /// With what it is acknowledged.
    pub tag: DeliveryTag,
    /// It *may* have been delivered before. That it was not says nothing: a message that was
    /// published twice is not marked.
    pub redelivered: bool,
    /// How often the broker has delivered it, this time included; `None` where it does not count.
    pub deliveries: Option<u32>,
}

impl<B> Delivery<B> {
    /// The same delivery with another body.
    ///
    /// # Errors
    /// With what `read` says.
    pub fn try_map<T, E>(self, read: impl FnOnce(B) -> Result<T, E>) -> Result<Delivery<T>, E> {
        let Self { id, headers, body, tag, redelivered, deliveries } = self;
        Ok(Delivery { id, headers, body: read(body)?, tag, redelivered, deliveries })
    }
}
