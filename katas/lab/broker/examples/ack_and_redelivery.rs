//! The page "Ack and redelivery" of the book, to be run and changed.
//!
//! `cargo run -p lab-broker --example ack_and_redelivery`

use broker::{Broker, ConfirmedPublisher, Consumer, Delivery, Fault, Message, Requeue};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let broker = Broker::new(&["orders"]);
    let producer = broker.publisher();
    for id in ["m-1", "m-2", "m-3"] {
        producer.publish("orders", &Message::new(id, "250 cents")).await.expect("a confirm");
    }
    look(&broker, "three were published");

    // At most two are sent ahead, and are unacked from then on.
    let mut a = broker.consumer("orders", 2);
    let first = next(&mut a, "A").await;
    look(&broker, "A has the first");

    // Done with: the broker forgets it.
    a.ack(first.tag).await.expect("a connection");
    look(&broker, "A has acknowledged it");

    // Not done with: it goes back, to its place.
    let second = next(&mut a, "A").await;
    a.nack(second.tag, Requeue::Yes).await.expect("a connection");
    look(&broker, "A has given it back");

    // A process that dies says nothing. Its connection ends.
    next(&mut a, "A").await;
    drop(a);
    look(&broker, "A is killed");

    // Somebody else gets what A had, with tags that begin anew.
    let mut b = broker.consumer("orders", 1);
    for _ in 0..2 {
        let again = next(&mut b, "B").await;
        b.ack(again.tag).await.expect("a connection");
    }
    look(&broker, "B has acknowledged both");

    // The confirm is lost, so the producer publishes again. Nothing marks the second one.
    broker.script([Fault::LostConfirm]);
    let message = Message::new("m-4", "250 cents");
    let answer = producer.publish("orders", &message).await;
    println!("\n  the producer hears: {}", answer.expect_err("its confirm is lost"));
    producer.publish("orders", &message).await.expect("a confirm");
    look(&broker, "the producer has published m-4 again");
    for _ in 0..2 {
        let twice = next(&mut b, "B").await;
        b.ack(twice.tag).await.expect("a connection");
    }
}

async fn next(consumer: &mut impl Consumer, who: &str) -> Delivery {
    let m = consumer.next().await.expect("a connection").expect("a message");
    let marked = if m.redelivered { "redelivered" } else { "not marked" };
    println!("\n  {who} gets {} under tag {}, {marked}", m.id, m.tag);
    m
}

fn look(broker: &Broker, what: &str) {
    let ids = |ids: Vec<broker::MessageId>| {
        let ids: Vec<String> = ids.into_iter().map(|id| id.0).collect();
        if ids.is_empty() { "–".to_owned() } else { ids.join(" ") }
    };
    let (ready, unacked) = (ids(broker.ready("orders")), ids(broker.unacked("orders")));
    println!("{what}:\n      ready {ready:<14} unacked {unacked}");
}
