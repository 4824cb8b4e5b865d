use super::say::{done, ids, publish, same};
use crate::{ConfirmedPublisher, Connect, Message, PublishError};

/// Id, headers and body arrive as they were published, whatever bytes they are.
pub async fn what_is_published_is_delivered(at: &impl Connect) {
    let message = Message::new("m-1", vec![0, 159, 146, 150, b'{', 255])
        .header("trace", "00-4bf9-01")
        .header("content-type", "text/plain; charset=\"utf-8\"");
    let publisher = at.publisher().await;
    same("A publish", publisher.publish(at.queue(), &message).await, Ok(()));
    let mut consumer = at.consumer(1).await;
    let delivery = done("One message was published", &mut consumer).await;
    same("The id", delivery.id, message.id);
    same("The headers", delivery.headers, message.headers);
    same("The body", delivery.body, message.body);
    same("The mark of a first delivery", delivery.redelivered, false);
    same("How often it was delivered", delivery.deliveries.unwrap_or(1), 1);
    consumer_ends(consumer).await;
}

/// One publisher's messages come to one consumer in the order in which they were confirmed.
pub async fn one_publishers_order_is_kept(at: &impl Connect) {
    publish(at, &["a", "b", "c", "d"]).await;
    let mut consumer = at.consumer(2).await;
    let mut came = Vec::new();
    for _ in 0..4 {
        came.push(done("Four messages were published", &mut consumer).await.id.0);
    }
    same("Their order", came, ["a", "b", "c", "d"].map(str::to_owned).to_vec());
    consumer_ends(consumer).await;
}

/// A producer that publishes again makes a second message. The broker does not compare ids, and
/// neither of the two is marked.
pub async fn published_twice_is_delivered_twice(at: &impl Connect) {
    publish(at, &["m-1", "m-1", "last"]).await;
    let mut consumer = at.consumer(1).await;
    for nth in ["first", "second"] {
        let delivery = done("Published twice", &mut consumer).await;
        same(&format!("The id of the {nth}"), delivery.id.as_str(), "m-1");
        same(&format!("The mark of the {nth}"), delivery.redelivered, false);
    }
    same("Then", ids("A last one was published", &mut consumer, 1).await, vec!["last".to_owned()]);
    consumer_ends(consumer).await;
}

/// A message that no queue takes is not confirmed.
pub async fn a_publish_to_nowhere_is_told(at: &impl Connect) {
    let nowhere = format!("{}-nowhere", at.queue());
    let publisher = at.publisher().await;
    let answer = publisher.publish(&nowhere, &Message::new("m-1", "x")).await;
    same("A publish to a queue that there is not", answer, Err(PublishError::Unroutable));
    let answer = publisher.publish(at.queue(), &Message::new("m-2", "x")).await;
    same("A publish to one that there is, after it", answer, Ok(()));
}

pub(super) async fn consumer_ends(consumer: impl crate::Consumer) {
    consumer.close().await;
}
