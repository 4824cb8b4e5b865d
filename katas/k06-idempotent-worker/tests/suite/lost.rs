//! What the loop does where a connection is lost, seen from outside of it.

use broker::{
    Broker, ConnectionLost, Consumer, Delivery, DeliveryTag, Fault, LocalConsumer, MessageId,
    Requeue,
};
use k06::s4_loop::run;
use k06_given::tables::LEDGER;
use k06_given::{End, WorkerReport};
use postgres_lab::Db;
use suite::say::{holds, same};
use tokio_util::sync::CancellationToken;

use crate::deliveries::QUEUE;
use crate::doubles::pays;
use crate::messages::captured;
use crate::queries::anew;

/// The server has ended the session before the first message comes; the broker is well, and holds
/// what the worker's connection has.
pub async fn database_is_lost(db: &Db) {
    let admin = db.admin().await;
    anew(&admin, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
    let mut client = db.client_here().await;
    let session = client.query_one("SELECT pg_backend_pid()", &[]).await.expect("a session");
    let end = "SELECT pg_terminate_backend($1)";
    admin.execute(end, &[&session.get::<_, i32>(0)]).await.expect("the session is ended");
    while !client.is_closed() {
        tokio::task::yield_now().await;
    }
    let ids = ["m-1", "m-2", "m-3"];
    let broker = Broker::new(&[QUEUE]).holding(QUEUE, ids.map(|id| captured(id, 1)));
    let (consumer, stop) = (broker.consumer(QUEUE, 2), CancellationToken::new());
    let mut consumer = Patience { consumer, left: 20, acks: true, stop: stop.clone() };
    let report = run(&mut consumer, &mut client, &pays(), stop).await;
    let what = "`run`, with a connection to the database that has ended";
    let end = End::DatabaseLost;
    let nothing = WorkerReport { applied: 0, duplicates: 0, refused: 0, requeued: 0, end };
    same(what, report, nothing);
    let names = |ids: Vec<MessageId>| ids.into_iter().map(|id| id.0).collect::<Vec<_>>();
    let asked = 20 - consumer.left;
    holds(format!("{what}; how often it asks for a message"), "a few times", asked, asked < 20);
    let held = names(broker.unacked(QUEUE));
    same(format!("{what}; what it holds on to"), held, Vec::new());
    let ready = names(broker.ready(QUEUE));
    same(format!("{what}; what is in the queue"), ready, ids.map(str::to_owned).to_vec());
}

/// The connection to the broker is lost with an ack: the payment was made, and counts. Some clients
/// hear of it at the ack, others at what they ask next.
pub async fn broker_is_lost(db: &Db) {
    for (trouble, acks) in
        [(Some(Fault::LostAck), true), (Some(Fault::LateLoss), true), (None, false)]
    {
        anew(&db.admin().await, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
        let broker = Broker::new(&[QUEUE]).holding(QUEUE, ["m-1", "m-2"].map(|id| captured(id, 1)));
        broker.script(trouble);
        let mut client = db.client_here().await;
        let (consumer, stop) = (broker.consumer(QUEUE, 1), CancellationToken::new());
        let mut consumer = Patience { consumer, left: 20, acks, stop: stop.clone() };
        let report = run(&mut consumer, &mut client, &pays(), stop).await;
        let heard = if acks { "at what it asks next" } else { "at the ack" };
        let what =
            format!("`run`, which loses its broker with the first ack and hears of it {heard}");
        let end = End::BrokerLost;
        let one = WorkerReport { applied: 1, duplicates: 0, refused: 0, requeued: 0, end };
        same(what, report, one);
    }
}

/// A consumer that does not let itself be asked for ever: a worker that goes on and on without its
/// database ends with a report, and not with the test's deadline.
///
/// Hands out so many deliveries at most; then its connection is lost.
struct Patience {
    consumer: LocalConsumer,
    left: usize,
    /// Otherwise it is lost with the first ack.
    acks: bool,
    /// Told to whoever asks on.
    stop: CancellationToken,
}

impl Consumer for Patience {
    async fn next(&mut self) -> Result<Option<Delivery>, ConnectionLost> {
        let Some(left) = self.left.checked_sub(1) else {
            self.stop.cancel();
            return Err(ConnectionLost);
        };
        self.left = left;
        self.consumer.next().await
    }

    async fn ack(&mut self, tag: DeliveryTag) -> Result<(), ConnectionLost> {
        if self.acks {
            return self.consumer.ack(tag).await;
        }
        self.left = 0;
        Err(ConnectionLost)
    }

    async fn nack(&mut self, tag: DeliveryTag, requeue: Requeue) -> Result<(), ConnectionLost> {
        self.consumer.nack(tag, requeue).await
    }

    async fn cancel(&mut self) -> Result<(), ConnectionLost> {
        self.consumer.cancel().await
    }

    async fn close(self) {
        self.consumer.close().await;
    }
}
