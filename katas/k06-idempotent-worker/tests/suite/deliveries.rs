//! Deliveries as a broker makes them.

use k06_given::{Delivery, DeliveryTag, Headers, MessageId};

/// The queue of all tests.
pub const QUEUE: &str = "captured";

/// A first delivery under this tag.
pub fn delivery<B>(id: &str, tag: u64, body: B) -> Delivery<B> {
    Delivery {
        id: MessageId::new(id),
        headers: Headers::new(),
        body,
        tag: DeliveryTag(tag),
        redelivered: false,
        deliveries: Some(1),
    }
}

/// The same message once more, as a broker delivers it again.
pub fn again<B: Clone>(m: &Delivery<B>, tag: u64) -> Delivery<B> {
    let deliveries = m.deliveries.map(|n| n + 1);
    Delivery { tag: DeliveryTag(tag), redelivered: true, deliveries, ..m.clone() }
}
