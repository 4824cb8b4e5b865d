use broker_real::RedisQueue;
use postgres_lab::Db;

use crate::behaviour;

/// A queue of the test's own.
async fn queue() -> RedisQueue {
    RedisQueue::open().await.unwrap_or_else(|missing| suite::not_verified(missing.to_string()))
}

/// Every message is handled, counted, and gone: one that was published twice twice, as a duplicate.
#[suite::test(postgres, deadline = 60)]
async fn every_message_is_handled_and_acknowledged(db: Db) {
    let queue = queue().await;
    behaviour::every_message_is_handled_and_acknowledged(&queue, &db, &|_| ()).await;
    queue.remove().await;
}

/// A message that was paid and not acknowledged, because a worker died between the two, comes again
/// and is a duplicate.
#[suite::test(postgres, deadline = 60)]
async fn redelivered_message_applies_once(db: Db) {
    let queue = queue().await;
    behaviour::redelivered_message_applies_once(&queue, &db, &|_| ()).await;
    queue.remove().await;
}

/// What fails comes again, with nothing of it left in the tables. What cannot be read does not: it
/// would come for ever.
#[suite::test(postgres, deadline = 60)]
async fn failed_comes_again_and_malformed_does_not(db: Db) {
    let queue = queue().await;
    behaviour::failed_comes_again_and_malformed_does_not(&queue, &db, &|_| ()).await;
    queue.remove().await;
}

/// Told to stop, the worker finishes the message in hand and gives back what was sent ahead: another
/// consumer gets it, although the worker's connection lives on.
#[suite::test(postgres, deadline = 60)]
async fn stop_releases_what_was_sent_ahead(db: Db) {
    let queue = queue().await;
    behaviour::stop_releases_what_was_sent_ahead(&queue, &db, &|_| ()).await;
    queue.remove().await;
}
