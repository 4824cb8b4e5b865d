//! What at-least-once really does: the transcripts of the book, from a real broker.
//!
//! `cargo run -p lab-broker-real --example at_least_once -- rabbitmq|redis`

use std::fmt::Write as _;
use std::process::ExitCode;

use broker::{ConfirmedPublisher, Connect, Consumer, Delivery, Message, Requeue};
use broker_real::{RabbitQueue, RedisQueue};

/// Says that there is no such broker here: nothing was verified.
const NOT_VERIFIED: u8 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let told = match std::env::args().nth(1).as_deref() {
        Some("rabbitmq") => match RabbitQueue::open().await {
            Ok(queue) => {
                let told = stories(&queue).await;
                queue.remove().await;
                Ok(told)
            }
            Err(missing) => Err(missing),
        },
        Some("redis") => match RedisQueue::open().await {
            Ok(queue) => {
                let told = stories(&queue).await;
                queue.remove().await;
                Ok(told)
            }
            Err(missing) => Err(missing),
        },
        _ => {
            eprintln!("at_least_once rabbitmq|redis");
            return ExitCode::from(2);
        }
    };
    match told {
        Ok(told) => {
            print!("{told}");
            ExitCode::SUCCESS
        }
        Err(missing) => {
            eprintln!("{missing}");
            ExitCode::from(NOT_VERIFIED)
        }
    }
}

/// One story after the other; each leaves the queue empty.
async fn stories(at: &impl Connect) -> String {
    let mut out = String::new();
    the_worker_dies(at, &mut out).await;
    the_producer_asks_again(at, &mut out).await;
    given_back(at, &mut out).await;
    three_at_once(at, &mut out).await;
    out
}

fn say(out: &mut String, who: &str, what: &str) {
    let _ = writeln!(out, "{who:<10}{what}");
}

async fn publish(at: &impl Connect, out: &mut String, ids: &[&str]) {
    let publisher = at.publisher().await;
    for id in ids {
        publisher.publish(at.queue(), &Message::new(*id, "250 cents")).await.expect("a confirm");
        say(out, "producer", &format!("publish {id} → confirmed"));
    }
}

async fn next(consumer: &mut impl Consumer, who: &str, out: &mut String) -> Delivery {
    let m = consumer.next().await.expect("a connection").expect("a message");
    let marked = if m.redelivered { "redelivered" } else { "not marked" };
    let count = m.deliveries.map_or_else(String::new, |times| format!(", delivery {times}"));
    say(out, who, &format!("gets {}: tag {}, {marked}{count}", m.id, m.tag));
    m
}

async fn ack(consumer: &mut impl Consumer, who: &str, m: &Delivery, out: &mut String) {
    consumer.ack(m.tag).await.expect("a connection");
    say(out, who, &format!("ack {}", m.tag));
}

/// The same message, to another worker.
async fn the_worker_dies(at: &impl Connect, out: &mut String) {
    out.push_str("1. The worker dies before its ack\n\n");
    publish(at, out, &["m-1"]).await;
    let mut a = at.consumer(1).await;
    next(&mut a, "worker A", out).await;
    say(out, "worker A", "does what the message says, and is killed");
    at.sever(a).await;
    let mut b = at.consumer(1).await;
    let m = next(&mut b, "worker B", out).await;
    say(out, "worker B", "does what the message says");
    ack(&mut b, "worker B", &m, out).await;
    b.close().await;
}

/// Two messages, which only their id makes one.
async fn the_producer_asks_again(at: &impl Connect, out: &mut String) {
    out.push_str("\n2. The producer publishes again, as if no confirm had come\n\n");
    publish(at, out, &["m-2", "m-2"]).await;
    let mut a = at.consumer(1).await;
    for _ in 0..2 {
        let m = next(&mut a, "worker A", out).await;
        ack(&mut a, "worker A", &m, out).await;
    }
    a.close().await;
}

/// Which comes next: the one that was given back, or the one behind it?
async fn given_back(at: &impl Connect, out: &mut String) {
    out.push_str("\n3. A message is given back, with another one behind it\n\n");
    publish(at, out, &["m-3", "m-4"]).await;
    let mut a = at.consumer(1).await;
    let m = next(&mut a, "worker A", out).await;
    a.nack(m.tag, Requeue::Yes).await.expect("a connection");
    say(out, "worker A", &format!("nack {}, requeue", m.tag));
    for _ in 0..2 {
        let m = next(&mut a, "worker A", out).await;
        ack(&mut a, "worker A", &m, out).await;
    }
    a.close().await;
}

/// What was sent ahead comes again, too.
async fn three_at_once(at: &impl Connect, out: &mut String) {
    out.push_str("\n4. Three were sent ahead, one is acknowledged, the worker dies\n\n");
    publish(at, out, &["m-5", "m-6", "m-7"]).await;
    let mut a = at.consumer(3).await;
    let first = next(&mut a, "worker A", out).await;
    next(&mut a, "worker A", out).await;
    next(&mut a, "worker A", out).await;
    ack(&mut a, "worker A", &first, out).await;
    say(out, "worker A", "is killed");
    at.sever(a).await;
    let mut b = at.consumer(3).await;
    for _ in 0..2 {
        let m = next(&mut b, "worker B", out).await;
        ack(&mut b, "worker B", &m, out).await;
    }
    b.close().await;
}
