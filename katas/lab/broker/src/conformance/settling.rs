use super::say::{done, ids, next, publish, same};
use super::sending::consumer_ends;
use crate::{Connect, Consumer, Requeue};

/// What was acknowledged is gone, also for those who connect later.
pub async fn acked_never_comes_again(at: &impl Connect) {
    publish(at, &["a"]).await;
    let mut consumer = at.consumer(5).await;
    done("One message was published", &mut consumer).await;
    consumer_ends(consumer).await;
    publish(at, &["b"]).await;
    let mut consumer = at.consumer(5).await;
    let came = ids("After an ack, a second one was published", &mut consumer, 1).await;
    same("What comes next", came, vec!["b".to_owned()]);
    consumer_ends(consumer).await;
}

/// A connection that ends without a word gives back what is unacked, all of it, and nothing else.
/// In which order it comes again is each broker's own affair.
pub async fn unacked_comes_again_after_the_connection_is_lost(at: &impl Connect) {
    publish(at, &["a", "b", "c"]).await;
    let mut first = at.consumer(3).await;
    done("Three messages were published", &mut first).await;
    next("Two are left", &mut first).await;
    at.sever(first).await;
    let mut second = at.consumer(3).await;
    let mut came = ids("Two were unacked when the connection was cut", &mut second, 2).await;
    came.sort();
    same("What comes again", came, ["b", "c"].map(str::to_owned).to_vec());
    consumer_ends(second).await;
}

/// A message that comes again is marked; a broker that counts says so.
pub async fn redelivery_is_marked_and_counted(at: &impl Connect) {
    publish(at, &["a"]).await;
    let mut first = at.consumer(1).await;
    let before = next("One message was published", &mut first).await;
    at.sever(first).await;
    let mut second = at.consumer(1).await;
    let after = next("It was unacked when the connection was cut", &mut second).await;
    same("The id", &after.id, &before.id);
    same("The marks of both deliveries", [before.redelivered, after.redelivered], [false, true]);
    if let (Some(before), Some(after)) = (before.deliveries, after.deliveries) {
        same("The counts of both deliveries", [before, after], [1, 2]);
    }
    same("An ack under the new tag", second.ack(after.tag).await, Ok(()));
    publish(at, &["b"]).await;
    let came = ids("It was acked, another one was published", &mut second, 1).await;
    same("What comes next", came, vec!["b".to_owned()]);
    consumer_ends(second).await;
}

/// Requeued, a message comes again, to whoever asks, and is marked.
pub async fn requeued_comes_again(at: &impl Connect) {
    publish(at, &["a"]).await;
    let mut consumer = at.consumer(1).await;
    let before = next("One message was published", &mut consumer).await;
    same("A nack", consumer.nack(before.tag, Requeue::Yes).await, Ok(()));
    let after = done("It was requeued", &mut consumer).await;
    same("The id", after.id, before.id);
    same("The marks of both deliveries", [before.redelivered, after.redelivered], [false, true]);
    consumer_ends(consumer).await;
}

/// Not requeued, a message does not come again, although the connection ends.
pub async fn refused_leaves_the_queue(at: &impl Connect) {
    publish(at, &["a", "b"]).await;
    let mut consumer = at.consumer(1).await;
    let refused = next("Two messages were published", &mut consumer).await;
    same("A nack", consumer.nack(refused.tag, Requeue::No).await, Ok(()));
    consumer_ends(consumer).await;
    let mut consumer = at.consumer(1).await;
    let came = ids("The first was refused", &mut consumer, 1).await;
    same("What comes next", came, vec!["b".to_owned()]);
    consumer_ends(consumer).await;
}
