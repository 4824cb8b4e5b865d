//! A process around the learner's loop: it starts it anew, with new connections, when one was lost.

use std::sync::{Arc, Mutex, PoisonError};

use broker::Broker;
use k06::s4_loop::run;
use k06_given::tables::LEDGER;
use k06_given::{End, Message, WorkerReport};
use postgres_lab::wire::sessions::{Door, Scenario};
use tokio_util::sync::CancellationToken;

use crate::deliveries::QUEUE;
use crate::doubles::pays;
use crate::say::Told;

/// More connections than any schedule loses.
const MOST_STARTS: usize = 4;

/// A queue, and a process that works on it.
#[derive(Clone)]
pub struct Plant {
    pub broker: Broker,
    prefetch: u16,
    stop: Arc<Mutex<CancellationToken>>,
    /// It ends when nothing is left to do.
    drains: bool,
}

impl Plant {
    pub fn new(broker: Broker, prefetch: u16) -> Self {
        Self { broker, prefetch, stop: Arc::default(), drains: true }
    }

    pub fn holding(messages: impl IntoIterator<Item = Message>, prefetch: u16) -> Self {
        Self::new(Broker::new(&[QUEUE]).holding(QUEUE, messages), prefetch)
    }

    /// It ends only where it is told to.
    pub fn until_told(mut self) -> Self {
        self.drains = false;
        self
    }

    /// Tells it.
    pub fn stop(&self) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    fn token(&self) -> CancellationToken {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lane A is the process; merchant 1 has nothing yet.
    pub fn scenario(&self) -> Scenario {
        let (plant, anew) = (self.clone(), self.stop.clone());
        Scenario::new(LEDGER, "INSERT INTO merchant VALUES (1, 0)")
            .state("SELECT 'balance', balance FROM merchant")
            .port(self.broker.clone())
            .before(move || {
                *anew.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
            })
            .lane_connecting("A: run", move |door| Box::pin(plant.clone().works(door)))
    }

    async fn works(self, door: Door) -> Result<Vec<WorkerReport>, Told> {
        let broker = self.broker.caller(door.caller());
        let stop = self.token();
        if self.drains {
            let stop = stop.clone();
            broker.when_drained(move || stop.cancel());
        }
        let mut reports = Vec::new();
        while reports.len() < MOST_STARTS {
            let mut db = door.connect().await?;
            let mut consumer = broker.consumer(QUEUE, self.prefetch);
            let report = run(&mut consumer, &mut db, &pays(), stop.clone()).await;
            reports.push(report);
            if report.end == End::Stopped {
                // The connections are the process's, which lives on.
                door.keep((consumer, db));
                return Ok(reports);
            }
        }
        Err(Told::new(&format!("ends again and again: {:?}", reports.last())))
    }
}
