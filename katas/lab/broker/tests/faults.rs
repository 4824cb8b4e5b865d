//! What a plain test scripts, happens, in that order.

use broker::{
    Broker, ConfirmedPublisher, ConnectionLost, Consumer, Fault, Message, PublishError, Requeue,
};

fn with(ids: &[&str]) -> Broker {
    let broker = Broker::new(&["q"]);
    broker.seed("q", ids.iter().map(|id| Message::new(*id, "")));
    broker
}

fn names(ids: Vec<broker::MessageId>) -> Vec<String> {
    ids.into_iter().map(|id| id.0).collect()
}

#[tokio::test(start_paused = true)]
async fn a_lost_ack_is_told_late_and_the_message_comes_again() {
    let broker = with(&["a"]);
    broker.script([Fault::LostAck]);
    let mut first = broker.consumer("q", 1);
    let tag = first.next().await.unwrap().unwrap().tag;
    assert_eq!(first.ack(tag).await, Ok(()));
    assert_eq!(first.next().await, Err(ConnectionLost));
    let again = broker.consumer("q", 1).next().await.unwrap().unwrap();
    assert!(again.redelivered);
    assert_eq!(again.deliveries, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_a_second_message_and_not_marked() {
    let broker = with(&["a", "b"]);
    broker.script([Fault::Duplicate]);
    let mut consumer = broker.consumer("q", 1);
    let mut came = Vec::new();
    for _ in 0..3 {
        let delivery = consumer.next().await.unwrap().unwrap();
        consumer.ack(delivery.tag).await.unwrap();
        came.push((delivery.id.0, delivery.redelivered));
    }
    assert_eq!(came, [("a", false), ("b", false), ("a", false)].map(|(id, m)| (id.into(), m)));
}

#[tokio::test(start_paused = true)]
async fn reordered_messages_go_back_to_their_places() {
    let broker = with(&["a", "b", "c"]);
    broker.script([Fault::Reorder]);
    let mut consumer = broker.consumer("q", 2);
    assert_eq!(consumer.next().await.unwrap().unwrap().id.0, "b");
    assert_eq!(names(broker.unacked("q")), ["b", "a"]);
    drop(consumer);
    assert_eq!(names(broker.ready("q")), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_gives_back_what_is_unacked() {
    let broker = with(&["a", "b"]);
    let mut consumer = broker.consumer("q", 1);
    let tag = consumer.next().await.unwrap().unwrap().tag;
    consumer.nack(tag, Requeue::Yes).await.unwrap();
    broker.script([Fault::Disconnect]);
    assert_eq!(consumer.next().await, Err(ConnectionLost));
    assert_eq!(consumer.ack(tag).await, Err(ConnectionLost));
    assert_eq!(names(broker.ready("q")), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn to_settle_twice_closes_the_connection() {
    let broker = with(&["a", "b"]);
    let mut consumer = broker.consumer("q", 2);
    let tag = consumer.next().await.unwrap().unwrap().tag;
    consumer.ack(tag).await.unwrap();
    assert_eq!(consumer.ack(tag).await, Err(ConnectionLost));
    assert_eq!(names(broker.ready("q")), ["b"]);
    assert_eq!(names(broker.acked("q")), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_publish() {
    let broker = with(&[]);
    broker.script([Fault::LostConfirm, Fault::LostPublish, Fault::Refuse]);
    let publisher = broker.publisher();
    for (id, says) in [
        ("a", Err(PublishError::Unconfirmed)),
        ("b", Err(PublishError::Unconfirmed)),
        ("c", Err(PublishError::Refused)),
        ("d", Ok(())),
    ] {
        assert_eq!(publisher.publish("q", &Message::new(id, "")).await, says, "{id}");
    }
    assert_eq!(names(broker.ready("q")), ["a", "d"]);
}

#[tokio::test(start_paused = true)]
async fn it_says_when_nothing_is_left_to_do() {
    let broker = with(&["a", "b"]);
    let (tell, told) = std::sync::mpsc::channel();
    broker.when_drained(move || tell.send(()).unwrap());
    let mut consumer = broker.consumer("q", 1);
    for left in [1, 0] {
        let tag = consumer.next().await.unwrap().unwrap().tag;
        assert!(told.try_recv().is_err());
        consumer.ack(tag).await.unwrap();
        assert_eq!(told.try_recv().is_ok(), left == 0);
    }
}
