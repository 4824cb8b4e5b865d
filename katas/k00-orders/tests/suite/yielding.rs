//! A journal and a mail office that take their time: there is an await before and after each
//! effect, so a caller can be dropped there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use k00::s3_shell::Orders;
use k00_given::{
    AppendError, Clock, Event, History, Journal, Mail, MailError, Mailer, Memory, OrderId, Pending,
    Post, Store, Unavailable, Version,
};
use tokio::task::yield_now;

use crate::rules::RULES;
use crate::shop::{NOW, ORDER};

#[derive(Clone)]
pub struct Slow {
    memory: Memory,
    mails: Arc<AtomicUsize>,
}

impl Slow {
    /// With an order to which this has happened.
    pub fn new(start: &[Event]) -> Self {
        let memory = Memory::default();
        memory.put(ORDER, Version(0), start.to_vec()).expect("nothing is there yet");
        Self { memory, mails: Arc::default() }
    }

    pub fn orders(&self) -> Orders {
        let (journal, mailer) = (Journal::new(self.clone()), Mailer::new(self.clone()));
        Orders::new(journal, mailer, Clock::stopped_at(NOW), RULES)
    }

    pub fn events(&self) -> Vec<Event> {
        self.memory.history(ORDER).events
    }

    pub fn mails(&self) -> usize {
        self.mails.load(Ordering::SeqCst)
    }
}

async fn slowly<T>(effect: impl FnOnce() -> T) -> T {
    yield_now().await;
    let value = effect();
    yield_now().await;
    value
}

impl Store for Slow {
    fn read(&self, order: OrderId) -> Pending<'_, Result<History, Unavailable>> {
        Box::pin(slowly(move || Ok(self.memory.history(order))))
    }

    fn append(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Pending<'_, Result<Version, AppendError>> {
        Box::pin(slowly(move || self.memory.put(order, expected, events)))
    }

    fn next_id(&self) -> Pending<'_, Result<OrderId, Unavailable>> {
        Box::pin(slowly(|| Ok(self.memory.draw())))
    }
}

impl Post for Slow {
    fn send(&self, _: Mail) -> Pending<'_, Result<(), MailError>> {
        Box::pin(slowly(|| {
            self.mails.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }))
    }
}
