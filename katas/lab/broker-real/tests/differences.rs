//! What the real brokers do differently, looked at again: the table in the crate's documentation
//! says what these see. Where a broker does not answer, its tests say so and pass.

use broker::{ConfirmedPublisher, Connect, Consumer, Delivery, Message, Requeue};
use broker_real::{RabbitQueue, RedisQueue};

async fn publish(at: &impl Connect, ids: &[&str]) {
    let publisher = at.publisher().await;
    for id in ids {
        publisher.publish(at.queue(), &Message::new(*id, "")).await.unwrap();
    }
}

async fn next(consumer: &mut impl Consumer) -> Delivery {
    consumer.next().await.unwrap().unwrap()
}

/// Ids and counts of the next `n`, none of them acknowledged.
async fn counted(consumer: &mut impl Consumer, n: usize) -> Vec<(String, u32)> {
    let mut came = Vec::new();
    for _ in 0..n {
        let delivery = next(consumer).await;
        came.push((delivery.id.0, delivery.deliveries.unwrap()));
    }
    came
}

fn are(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

/// What both do after a cut: what was unacked comes first, as it was.
const IN_ORDER: [(&str, u32); 4] = [("a", 2), ("b", 2), ("c", 1), ("d", 1)];

/// In which order messages come after two of three were unacked at a connection that was cut, with a
/// new one published since.
async fn after_a_cut(at: &impl Connect) -> Vec<(String, u32)> {
    publish(at, &["a", "b", "c"]).await;
    let mut first = at.consumer(2).await;
    counted(&mut first, 2).await;
    at.sever(first).await;
    publish(at, &["d"]).await;
    let mut second = at.consumer(1).await;
    let mut came = Vec::new();
    for _ in 0..4 {
        let delivery = next(&mut second).await;
        second.ack(delivery.tag).await.unwrap();
        came.push((delivery.id.0, delivery.deliveries.unwrap()));
    }
    second.close().await;
    came
}

/// The same where the first was given back by `nack` and the second is behind it.
async fn after_a_nack(at: &impl Connect) -> Vec<(String, u32)> {
    publish(at, &["a", "b"]).await;
    let mut consumer = at.consumer(1).await;
    let first = next(&mut consumer).await;
    consumer.nack(first.tag, Requeue::Yes).await.unwrap();
    let mut came = Vec::new();
    for _ in 0..2 {
        let delivery = next(&mut consumer).await;
        consumer.ack(delivery.tag).await.unwrap();
        came.push((delivery.id.0, delivery.deliveries.unwrap()));
    }
    consumer.close().await;
    came
}

/// Closed with a goodbye, but unacked.
async fn after_a_close(at: &impl Connect) -> Vec<(String, u32)> {
    publish(at, &["a"]).await;
    let mut first = at.consumer(1).await;
    counted(&mut first, 1).await;
    first.close().await;
    let mut second = at.consumer(1).await;
    let came = counted(&mut second, 1).await;
    second.close().await;
    came
}

#[tokio::test]
async fn rabbitmq_gives_back_and_counts() {
    for look in 0..3 {
        let queue = match RabbitQueue::open().await {
            Ok(queue) => queue,
            Err(missing) => return eprintln!("not verified: {missing}"),
        };
        match look {
            0 => assert_eq!(after_a_cut(&queue).await, are(&IN_ORDER)),
            // Behind the others: this queue has no delivery limit.
            1 => assert_eq!(after_a_nack(&queue).await, are(&[("b", 1), ("a", 2)])),
            _ => assert_eq!(after_a_close(&queue).await, are(&[("a", 2)])),
        }
        queue.remove().await;
    }
}

#[tokio::test]
async fn redis_takes_over_and_counts() {
    for look in 0..3 {
        let queue = match RedisQueue::open().await {
            Ok(queue) => queue,
            Err(missing) => return eprintln!("not verified: {missing}"),
        };
        match look {
            0 => assert_eq!(after_a_cut(&queue).await, are(&IN_ORDER)),
            // Before the others: what is taken over is older than what is new.
            1 => assert_eq!(after_a_nack(&queue).await, are(&[("a", 2), ("b", 1)])),
            _ => assert_eq!(after_a_close(&queue).await, are(&[("a", 2)])),
        }
        queue.remove().await;
    }
}
