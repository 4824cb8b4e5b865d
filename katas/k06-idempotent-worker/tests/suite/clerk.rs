//! A worker of the suite's own, around a function of the learner's: it takes a message, lets the
//! function deal with it, and acknowledges it if that is `Ok`.

use std::pin::Pin;

use broker::Broker;
use effects::{Mailer, MailerClient};
use k06_given::tables::{LEDGER, NOTIFIED};
use k06_given::{Captured, Consumer, Delivery, HandleError, Requeue};
use postgres_lab::wire::sessions::{Door, Scenario};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::deliveries::QUEUE;
use crate::messages::captured;
use crate::say::Told;

/// What is done with a message.
pub type Each = for<'a> fn(&'a Delivery<Captured>, &'a mut Client, &'a MailerClient) -> Doing<'a>;
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), HandleError>> + Send + 'a>>;

/// After so many errors nothing will come of it.
const MOST_ERRORS: usize = 4;

/// A broker, a mailer, and the workers that use them.
#[derive(Clone)]
pub struct Office {
    pub broker: Broker,
    pub mailer: Mailer,
}

impl Office {
    /// With these messages of 250 cents for merchant 1.
    pub fn with(ids: &[&str]) -> Self {
        let messages: Vec<_> = ids.iter().map(|id| captured(id, 1)).collect();
        let broker = Broker::new(&[QUEUE]).holding(QUEUE, messages);
        Self { broker, mailer: Mailer::new() }
    }

    /// One worker a name, and merchant 1 with nothing yet.
    pub fn scenario(&self, names: &[&str], each: Each) -> Scenario {
        let tables = format!("{LEDGER}{NOTIFIED}");
        let scenario = Scenario::new(&tables, "INSERT INTO merchant VALUES (1, 0)")
            .state("SELECT 'balance', balance FROM merchant")
            .port(self.broker.clone())
            .port(self.mailer.clone());
        names.iter().fold(scenario, |scenario, name| {
            let office = self.clone();
            scenario.lane_connecting(name, move |door| Box::pin(office.clone().works(door, each)))
        })
    }

    /// Until nothing is left to do.
    async fn works(self, door: Door, each: Each) -> Result<(), Told> {
        let broker = self.broker.caller(door.caller());
        let mail = self.mailer.client(door.caller());
        let stop = CancellationToken::new();
        let drained = stop.clone();
        broker.when_drained(move || drained.cancel());
        let mut db = door.connect().await?;
        let mut consumer = broker.consumer(QUEUE, 1);
        let mut errors = 0;
        loop {
            let came = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                came = consumer.next() => came,
            };
            let Ok(Some(delivery)) = came else {
                consumer = broker.consumer(QUEUE, 1);
                continue;
            };
            let delivery = delivery.try_map(|body| Captured::read(&body)).expect("the suite's own");
            // A connection that is lost meanwhile is noticed by the next `next`.
            match each(&delivery, &mut db, &mail).await {
                Ok(()) => drop(consumer.ack(delivery.tag).await),
                Err(error) if errors == MOST_ERRORS => return Err(error.into()),
                Err(_) => {
                    errors += 1;
                    let _ = consumer.nack(delivery.tag, Requeue::Yes).await;
                    if db.is_closed() {
                        db = door.connect().await?;
                    }
                }
            }
        }
    }
}
