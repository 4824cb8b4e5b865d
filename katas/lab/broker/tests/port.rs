//! The broker as a port of the explorer: its steps are choice points, its faults are choices, and a
//! process that dies gives back what it had.

use std::sync::{Arc, Mutex};

use broker::{Broker, Consumer, Fault, Message};
use explorer::{
    Actor, Body, Bounds, Caller, Done, Finding, Footprint, Harm, Port, Returned, Run, Scenario,
    Step, Trouble, World,
};

/// A queue and what came of its messages.
#[derive(Clone)]
struct Shop {
    broker: Broker,
    effects: Arc<Mutex<Vec<String>>>,
    /// What must be true of the effects at the end.
    right: fn(&[String]) -> bool,
}

impl Shop {
    fn new(faults: &[Fault], messages: &'static [&'static str]) -> Self {
        let messages = messages.iter().map(|id| Message::new(*id, ""));
        let broker = Broker::new(&["q"]).faults(faults).holding("q", messages);
        Self { broker, effects: Arc::default(), right: |_| true }
    }

    /// Takes messages and does what they say, until nothing is left.
    fn worker(&self, ack_first: bool) -> impl Fn(Actor) -> Body + Send + Sync + 'static {
        let shop = self.clone();
        move |me| {
            let shop = shop.clone();
            Box::pin(async move {
                let done = Arc::new(tokio::sync::Notify::new());
                let tell = done.clone();
                shop.broker.when_drained(move || tell.notify_one());
                let port = shop.broker.caller(Caller::from(&me));
                'connected: loop {
                    let mut consumer = port.consumer("q", 1);
                    loop {
                        let came = tokio::select! {
                            biased;
                            () = done.notified() => break 'connected,
                            came = consumer.next() => came,
                        };
                        let Ok(Some(delivery)) = came else { continue 'connected };
                        if ack_first {
                            let _ = consumer.ack(delivery.tag).await;
                        }
                        shop.effect(&me, delivery.id.as_str()).await;
                        if !ack_first {
                            let _ = consumer.ack(delivery.tag).await;
                        }
                    }
                }
                Returned { text: "()".into(), ok: true, gave_up: false }
            })
        }
    }

    async fn effect(&self, me: &Actor, what: &str) {
        me.step(Step::new(format!("do {what}")), |_| {
            self.effects.lock().unwrap().push(what.to_owned());
            (format!("do {what}"), Done::touching(Footprint::nothing().writes("effects")), ())
        })
        .await;
    }
}

impl World for Shop {
    async fn reset(&mut self) -> Result<(), Trouble> {
        Port::reset(&self.broker);
        self.effects.lock().unwrap().clear();
        Ok(())
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        Ok(self.effects.lock().unwrap().join(" "))
    }

    async fn judge(&mut self, _: &Run) -> Result<Option<Finding>, Trouble> {
        let effects = self.effects.lock().unwrap();
        Ok((!(self.right)(&effects)).then(|| Finding::fail(effects.join(" "))))
    }
}

fn crashes(faults: usize) -> Bounds {
    Bounds { faults, restarts: true, ..Bounds::default() }
}

const DIES: &[Harm] = &[Harm::DiesBefore, Harm::DiesAfter];

#[test]
fn acked_after_the_effect_it_happens_at_least_once() {
    let mut shop = Shop::new(&[], &["a", "b"]);
    shop.right = |effects| ["a", "b"].iter().all(|id| effects.iter().any(|e| e == id));
    let explored = explorer::explore(
        Scenario::new(shop.clone())
            .lane("A", shop.worker(false))
            .port_faults(DIES)
            .bounds(crashes(1)),
    )
    .unwrap();
    // deliver, ack, deliver, ack: each dies before and after it; and the run in which nobody does.
    assert_eq!((explored.schedules, explored.faults), (9, 8));
    let outcomes: Vec<&str> = explored.outcomes.keys().map(String::as_str).collect();
    assert_eq!(outcomes.len(), 3, "{outcomes:?}");
}

#[test]
fn acked_before_the_effect_it_is_lost() {
    let mut shop = Shop::new(&[], &["a"]);
    shop.right = |effects| effects.len() == 1;
    let outcome = explorer::explore(
        Scenario::new(shop.clone())
            .lane("A", shop.worker(true))
            .port_faults(DIES)
            .bounds(crashes(1)),
    )
    .unwrap_err();
    let timeline = outcome.timeline.unwrap();
    let rows: Vec<&str> = timeline.rows.iter().map(|row| row.text.as_str()).collect();
    assert!(rows.iter().any(|row| row.contains("dies")), "{rows:?}");
}

#[test]
fn a_lost_ack_makes_it_two() {
    let mut shop = Shop::new(&[Fault::LostAck], &["a"]);
    shop.right = |effects| effects.len() == 1;
    let scenario = Scenario::new(shop.clone()).lane("A", shop.worker(false)).bounds(crashes(1));
    let outcome = explorer::explore(scenario).unwrap_err();
    assert_eq!(outcome.message, "a a");
    let rows: Vec<String> = outcome.timeline.unwrap().rows.into_iter().map(|r| r.text).collect();
    assert_eq!(
        rows,
        [
            "deliver → a (tag 1)",
            "do a",
            "ack a (it does not arrive, the connection is lost)",
            "deliver → a (tag 1, redelivered)",
            "do a",
            "ack a",
            "returns ()",
        ]
    );
}

#[test]
fn two_workers_share_a_queue() {
    let mut shop = Shop::new(&[], &["a", "b"]);
    shop.right = |effects| effects.len() == 2;
    let explored = explorer::explore(
        Scenario::new(shop.clone())
            .lane("A", shop.worker(false))
            .lane("B", shop.worker(false))
            .bounds(crashes(0)),
    )
    .unwrap();
    assert!(explored.exhaustive);
    assert_eq!(explored.cut, 0);
}
