//! The broker in this process.

mod consumer;
mod publisher;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use explorer::{Caller, Choice, Done, Footprint, Harm, Port, Step};
use tokio::sync::Notify;

use crate::fault::{Kind, Wrong};
use crate::{Connect, Fault, Message, MessageId};
pub use consumer::LocalConsumer;
pub use publisher::LocalPublisher;
use state::State;

/// A broker in this process. All clones are the same broker.
///
/// In a plain test, connect by [`Broker::publisher`] and [`Broker::consumer`]; nothing goes wrong
/// but what was scripted. To a scenario of the explorer it is given as a port, and each lane takes
/// [`Broker::caller`]: then what goes wrong is the scenario's to say, and [`Broker::faults`].
#[derive(Clone, Default)]
pub struct Broker {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    caller: Caller,
}

impl Broker {
    /// With these queues. A publish to any other is [`crate::PublishError::Unroutable`].
    pub fn new(queues: &[&str]) -> Self {
        let broker = Self::default();
        for queue in queues {
            broker.lock().declare(queue);
        }
        broker
    }

    /// The same broker, for one incarnation of a lane: what is done through it are steps of that
    /// lane, and nothing of it takes effect once its process has died.
    #[must_use]
    pub fn caller(&self, caller: Caller) -> Self {
        if let Caller::Lane(actor) = &caller {
            // Strands are numbered as they are opened: here, and not when the first step comes,
            // which may be before or after another lane has connected to a server.
            let _ = actor.strand();
        }
        Self { caller, ..self.clone() }
    }

    /// What is in this queue at the beginning of each schedule.
    ///
    /// # Panics
    /// When there is no such queue.
    #[must_use]
    pub fn holding(self, queue: &str, messages: impl IntoIterator<Item = Message>) -> Self {
        let messages: Vec<Message> = messages.into_iter().collect();
        self.lock().initial.push((queue.to_owned(), messages.clone()));
        self.seed(queue, messages);
        self
    }

    /// Messages as if they had been there before: no step, no fault.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn seed(&self, queue: &str, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            assert!(self.lock().publish(queue, message), "there is no queue `{queue}`");
        }
        self.changed.notify_waiters();
    }

    /// In a plain test: what goes wrong with the next steps that it fits, one after the other.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().script.extend(faults);
    }

    /// What else may go wrong where the explorer decides, beside the faults of the scenario. How
    /// often is the scenario's bound.
    #[must_use]
    pub fn faults(self, faults: &[Fault]) -> Self {
        self.lock().faults = faults.to_vec();
        self
    }

    /// Calls `tell` when nothing is left to do, now or whenever a settlement leaves nothing, until
    /// the next schedule: no message is ready, and none unacked. A worker that runs for ever is
    /// stopped by it.
    pub fn when_drained(&self, tell: impl Fn() + Send + 'static) {
        let mut state = self.lock();
        if state.is_drained() {
            tell();
        }
        state.drained.push(Box::new(tell));
    }

    /// A publisher.
    pub fn publisher(&self) -> LocalPublisher {
        LocalPublisher::new(self.clone())
    }

    /// A consumer with a connection of its own. To drop it is to end the connection.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn consumer(&self, queue: &str, prefetch: u16) -> LocalConsumer {
        let id = self.lock().connect(queue, prefetch);
        LocalConsumer::new(self.clone(), id)
    }

    /// Messages that nobody has, in their order.
    pub fn ready(&self, queue: &str) -> Vec<MessageId> {
        self.lock().ready(queue)
    }

    /// Messages that a consumer has and has not settled.
    pub fn unacked(&self, queue: &str) -> Vec<MessageId> {
        self.lock().unacked(queue)
    }

    /// What was acknowledged, in order; an id may be there twice.
    pub fn acked(&self, queue: &str) -> Vec<MessageId> {
        self.lock().acked(queue)
    }

    /// What was refused and not requeued, in order.
    pub fn dead(&self, queue: &str) -> Vec<Message> {
        self.lock().dead(queue)
    }

    /// How many deliveries there were.
    pub fn delivered(&self, queue: &str) -> u64 {
        self.lock().delivered(queue)
    }

    /// As a test connects to any broker.
    pub fn on(&self, queue: &str) -> LocalQueue {
        LocalQueue { broker: self.clone(), queue: queue.to_owned() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step: in a scenario a choice point of the lane, in a plain test something that happens.
    /// `effect` gives what the step shows, and its value.
    async fn step<T>(
        &self,
        kind: Kind,
        queue: &str,
        text: String,
        effect: impl FnOnce(&mut State, Option<Fault>) -> (String, T),
    ) -> T {
        let Caller::Lane(actor) = &self.caller else {
            let value = {
                let mut state = self.lock();
                let fault = state.scripted(kind);
                effect(&mut state, fault).1
            };
            self.changed.notify_waiters();
            return value;
        };
        let harms = actor.harms().iter().filter_map(|harm| Wrong::of(*harm, kind));
        let own = self.lock().faults.clone();
        let own = own.into_iter().filter(|fault| fault.fits(kind)).map(Wrong::Broker);
        let ways: Vec<Wrong> = harms.chain(own).collect();
        let mut step = Step::new(text.clone());
        step.faults = ways.iter().map(|way| way.told()).collect();
        let touched = Footprint::nothing().writes(format!("queue {queue}"));
        let value = actor
            .step(step, |choice| {
                let wrong = match choice {
                    Choice::Go => None,
                    Choice::Fault(n) => ways.get(n).copied(),
                };
                let fault = match wrong {
                    Some(Wrong::Dies(Harm::DiesBefore)) => {
                        return (text, Done::touching(touched), None);
                    }
                    Some(Wrong::Broker(fault)) => Some(fault),
                    Some(Wrong::Dies(_)) | None => None,
                };
                let (text, value) = effect(&mut self.lock(), fault);
                let dead = matches!(wrong, Some(Wrong::Dies(_)));
                (text, Done::touching(touched), Some(value).filter(|_| !dead))
            })
            .await;
        self.changed.notify_waiters();
        match value {
            Some(value) => value,
            // Whoever is dead hears of nothing.
            None => std::future::pending().await,
        }
    }
}

impl Port for Broker {
    fn reset(&self) {
        self.lock().reset();
    }

    fn state(&self) -> String {
        self.lock().told()
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Broker")
    }
}

/// One queue of a [`Broker`].
#[derive(Debug, Clone)]
pub struct LocalQueue {
    broker: Broker,
    queue: String,
}

impl Connect for LocalQueue {
    type Publisher = LocalPublisher;
    type Consumer = LocalConsumer;

    fn queue(&self) -> &str {
        &self.queue
    }

    async fn publisher(&self) -> LocalPublisher {
        self.broker.publisher()
    }

    async fn consumer(&self, prefetch: u16) -> LocalConsumer {
        self.broker.consumer(&self.queue, prefetch)
    }

    async fn sever(&self, consumer: LocalConsumer) {
        drop(consumer);
    }
}
