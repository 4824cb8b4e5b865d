//! What the loop does at any broker: in this process, RabbitMQ and Redis Streams.
//!
//! `real/tests/suite/` includes this file.

use broker::{ConfirmedPublisher, Connect, Consumer, Delivery, Message};
use k06::s4_loop::run;
use k06_given::tables::LEDGER;
use k06_given::{End, Handler, WorkerReport};
use postgres_lab::Db;
use suite::say::{holds, same};
use tokio_util::sync::CancellationToken;

use crate::doubles::{Notes, failing_once, pays, stopping};
use crate::messages::captured;
use crate::queries::{anew, numbers};

const BALANCE: &str = "SELECT balance FROM merchant WHERE id = 1";

/// What is told a worker's token when it starts: whoever knows that nothing will come any more may
/// stop it then. A broker far away knows nothing of it.
pub type Idle<'a> = &'a (dyn Fn(CancellationToken) + Sync);

/// A queue, a ledger with merchant 1, and the learner's loop.
pub struct Site<'a, C> {
    at: &'a C,
    db: &'a Db,
    idle: Idle<'a>,
    notes: Notes,
}

impl<'a, C: Connect> Site<'a, C> {
    pub async fn new(at: &'a C, db: &'a Db, idle: Idle<'a>) -> Self {
        anew(&db.admin().await, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
        Self { at, db, idle, notes: Notes::default() }
    }

    pub async fn publish(&self, messages: impl IntoIterator<Item = Message>) {
        let publisher = self.at.publisher().await;
        for message in messages {
            let confirmed = publisher.publish(self.at.queue(), &message).await;
            same("The suite publishes", confirmed, Ok(()));
        }
    }

    /// Runs the loop until the handler has been asked `times` times.
    pub async fn run(&self, handler: Handler, prefetch: u16, times: usize) -> WorkerReport {
        let stop = CancellationToken::new();
        (self.idle)(stop.clone());
        let handler = stopping(handler, &self.notes, self.notes.all().len() + times, &stop);
        let mut consumer = self.at.consumer(prefetch).await;
        let mut client = self.db.client_here().await;
        let report = run(&mut consumer, &mut client, &handler, stop).await;
        consumer.close().await;
        report
    }

    async fn balance(&self) -> i64 {
        numbers(&self.db.admin().await, BALANCE).await[0][0]
    }

    /// The next message, whoever gets it; it must come.
    async fn next(&self, consumer: &mut C::Consumer) -> Delivery {
        match consumer.next().await {
            Ok(Some(delivery)) => delivery,
            other => panic!("The suite waits for a message.\nExpected: one\nSaw:      {other:?}"),
        }
    }
}

fn stopped(applied: u64, duplicates: u64, refused: u64, requeued: u64) -> WorkerReport {
    WorkerReport { applied, duplicates, refused, requeued, end: End::Stopped }
}

/// Three messages, one of them published twice.
pub async fn every_message_is_handled_and_acknowledged(at: &impl Connect, db: &Db, idle: Idle<'_>) {
    let site = Site::new(at, db, idle).await;
    site.publish(["m-1", "m-2", "m-1", "m-3"].map(|id| captured(id, 1))).await;
    let report = site.run(pays(), 2, 4).await;
    same("`run`: m-1, m-2, m-1 again, m-3, then it is stopped", report, stopped(3, 1, 0, 0));
    same("The balance, 250 a message", site.balance().await, 750);
    // Nothing was left: what comes next is new.
    site.publish([captured("m-4", 1)]).await;
    let report = site.run(pays(), 2, 1).await;
    same("`run` again, with m-4", report, stopped(1, 0, 0, 0));
    let asked = ["m-1", "m-2", "m-1", "m-3", "m-4"].map(str::to_owned).to_vec();
    same("What the handler was asked", site.notes.all(), asked);
}

/// A worker that dies after its COMMIT and before its ack.
pub async fn redelivered_message_applies_once(at: &impl Connect, db: &Db, idle: Idle<'_>) {
    let site = Site::new(at, db, idle).await;
    site.publish(["m-1", "m-2"].map(|id| captured(id, 1))).await;
    let mut dies = at.consumer(1).await;
    let first = site.next(&mut dies).await;
    let mut client = db.client_here().await;
    let tx = client.transaction().await.expect("a transaction");
    pays().handle(&first, &tx).await.expect("the suite's own handler");
    tx.commit().await.expect("a commit");
    at.sever(dies).await;
    let report = site.run(pays(), 1, 2).await;
    same("`run`: one message was paid and not acknowledged", report, stopped(1, 1, 0, 0));
    same("The balance, 250 a message", site.balance().await, 500);
}

/// A handler that fails once, and a message that cannot be read.
pub async fn failed_comes_again_and_malformed_does_not(at: &impl Connect, db: &Db, idle: Idle<'_>) {
    let site = Site::new(at, db, idle).await;
    site.publish([Message::new("bad", "merchant one"), captured("m-1", 1), captured("m-2", 1)])
        .await;
    let report = site.run(failing_once(pays(), "m-1"), 1, 4).await;
    let what = "`run`: one message malformed, m-1 fails once, m-2";
    same(what, report, stopped(2, 0, 1, 1));
    same("The balance, 250 a message", site.balance().await, 500);
    site.publish([captured("m-3", 1)]).await;
    let mut other = at.consumer(1).await;
    let left = site.next(&mut other).await.id.0;
    same("What is in the queue afterwards, m-3 was published last", left.as_str(), "m-3");
    other.close().await;
}

/// Three messages were sent ahead; the worker is stopped while it has the first one in hand.
pub async fn stop_releases_what_was_sent_ahead(at: &impl Connect, db: &Db, idle: Idle<'_>) {
    let site = Site::new(at, db, idle).await;
    site.publish(["m-1", "m-2", "m-3"].map(|id| captured(id, 1))).await;
    let stop = CancellationToken::new();
    let handler = stopping(pays(), &site.notes, 1, &stop);
    let mut consumer = at.consumer(3).await;
    let mut client = db.client_here().await;
    let report = run(&mut consumer, &mut client, &handler, stop).await;
    let what = "`run`, stopped while it handles m-1";
    same(what, report, stopped(1, 0, 0, 0));
    // The worker's connection is still there, and must hold nothing.
    let mut other = at.consumer(3).await;
    let mut came = [site.next(&mut other).await.id.0, site.next(&mut other).await.id.0];
    came.sort();
    let expected = ["m-2", "m-3"].map(str::to_owned);
    same(format!("{what}; what another consumer gets"), came, expected);
    other.close().await;
    consumer.close().await;
    let balance = site.balance().await;
    holds(format!("{what}; the balance"), 250, balance, balance == 250);
}
