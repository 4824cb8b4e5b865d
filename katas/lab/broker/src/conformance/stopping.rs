use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use super::say::{ids, next, publish, same};
use super::sending::consumer_ends;
use crate::{Connect, Consumer, Requeue};

/// A consumer gets no more than its prefetch ahead: the rest is another one's.
pub async fn prefetch_bounds_what_is_unacked(at: &impl Connect) {
    publish(at, &["a", "b", "c", "d"]).await;
    let mut first = at.consumer(2).await;
    let came = ids("Four messages were published", &mut first, 2).await;
    same("The first consumer, prefetch 2", came, ["a", "b"].map(str::to_owned).to_vec());
    let mut second = at.consumer(4).await;
    let came = ids("Two are unacked at the first consumer", &mut second, 2).await;
    same("The second consumer", came, ["c", "d"].map(str::to_owned).to_vec());
    consumer_ends(first).await;
    consumer_ends(second).await;
}

/// After `cancel` the consumer still hands out what it was sent, then says that this was all. What
/// it requeues goes to the others.
pub async fn cancelled_hands_out_what_was_sent_and_ends(at: &impl Connect) {
    publish(at, &["a", "b", "c"]).await;
    let mut first = at.consumer(3).await;
    let a = next("Three messages were published", &mut first).await;
    same("A cancel", first.cancel().await, Ok(()));
    let mut released = vec![a.id.0];
    same("A nack", first.nack(a.tag, Requeue::Yes).await, Ok(()));
    while let Ok(Some(delivery)) = first.next().await {
        released.push(delivery.id.0);
        same("A nack", first.nack(delivery.tag, Requeue::Yes).await, Ok(()));
    }
    // How many were sent ahead is the broker's affair; none of them is lost.
    let mut second = at.consumer(3).await;
    let mut came = ids("All were released, or never sent", &mut second, 3).await;
    came.sort();
    same("What the second consumer gets", came, ["a", "b", "c"].map(str::to_owned).to_vec());
    released.sort();
    released.dedup();
    same("Whether the first was handed any twice", released.len() <= 3, true);
    consumer_ends(first).await;
    consumer_ends(second).await;
}

/// To close is to give back.
pub async fn closing_releases_what_is_unacked(at: &impl Connect) {
    publish(at, &["a", "b"]).await;
    let mut first = at.consumer(2).await;
    next("Two messages were published", &mut first).await;
    consumer_ends(first).await;
    let mut second = at.consumer(2).await;
    let mut came = ids("Both were unacked at a consumer that closed", &mut second, 2).await;
    came.sort();
    same("What comes again", came, ["a", "b"].map(str::to_owned).to_vec());
    consumer_ends(second).await;
}

/// A `next` that is dropped, after however many polls, takes no message with it.
pub async fn dropping_next_loses_nothing(at: &impl Connect) {
    let names: Vec<String> = (0..6).map(|n| format!("m-{n}")).collect();
    let mut consumer = at.consumer(1).await;
    for (polls, name) in names.iter().enumerate() {
        let mut early = None;
        {
            let mut next = pin!(consumer.next());
            let mut left = polls;
            std::future::poll_fn(|cx| {
                while left > 0 {
                    left -= 1;
                    if let Poll::Ready(ready) = next.as_mut().poll(cx) {
                        early = Some(ready);
                        break;
                    }
                }
                Poll::Ready(())
            })
            .await;
        }
        same("A `next` where nothing was published", early, None);
        publish(at, &[name]).await;
        let delivery = next("A `next` was dropped, then one published", &mut consumer).await;
        same("What comes", delivery.id.as_str(), name.as_str());
        same("An ack", consumer.ack(delivery.tag).await, Ok(()));
    }
    consumer_ends(consumer).await;
}
