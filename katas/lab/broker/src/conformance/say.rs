//! Getting messages, and saying what came.

use std::fmt::Debug;
use std::time::Duration;

use crate::{ConfirmedPublisher, Connect, Consumer, Delivery, Message};

/// Nothing that works takes so long; it only tells that something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

#[expect(clippy::needless_pass_by_value, reason = "answers are compared where they are made")]
#[track_caller]
pub fn same<T: PartialEq + Debug>(what: &str, saw: T, expected: T) {
    assert!(saw == expected, "{what}.\nExpected: {expected:?}\nSaw:      {saw:?}");
}

/// The next message, which must come.
pub async fn next(what: &str, consumer: &mut impl Consumer) -> Delivery {
    let Ok(came) = tokio::time::timeout(PATIENCE, consumer.next()).await else {
        panic!("{what}.\nExpected: a message\nSaw:      none, for {PATIENCE:?}")
    };
    match came {
        Ok(Some(delivery)) => delivery,
        other => panic!("{what}.\nExpected: a message\nSaw:      {other:?}"),
    }
}

/// The ids of the next `n` messages, all of them left unacked.
pub async fn ids(what: &str, consumer: &mut impl Consumer, n: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..n {
        ids.push(next(what, consumer).await.id.0);
    }
    ids
}

/// Publishes messages with these ids, each with its id as its body.
pub async fn publish(at: &impl Connect, ids: &[&str]) {
    let publisher = at.publisher().await;
    for id in ids {
        let message = Message::new(*id, id.as_bytes());
        let confirmed = publisher.publish(at.queue(), &message).await;
        same("A publish", confirmed, Ok(()));
    }
}

/// The next message, acknowledged.
pub async fn done(what: &str, consumer: &mut impl Consumer) -> Delivery {
    let delivery = next(what, consumer).await;
    same("An ack", consumer.ack(delivery.tag).await, Ok(()));
    delivery
}
