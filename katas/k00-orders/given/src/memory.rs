use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{AppendError, Event, History, OrderId, Pending, Store, Unavailable, Version};

/// A journal's events, in memory. All clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    orders: BTreeMap<OrderId, Vec<Event>>,
    /// The number that was drawn last.
    drawn: u64,
}

impl Memory {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What [`Journal::read`](crate::Journal::read) answers.
    pub fn history(&self, order: OrderId) -> History {
        let events = self.kept().orders.get(&order).cloned().unwrap_or_default();
        History { version: version(&events), events }
    }

    /// What [`Journal::append`](crate::Journal::append) does.
    ///
    /// # Errors
    /// [`AppendError::Conflict`].
    pub fn put(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Result<Version, AppendError> {
        let mut kept = self.kept();
        let mine = kept.orders.entry(order).or_default();
        if version(mine) != expected {
            return Err(AppendError::Conflict);
        }
        mine.extend(events);
        Ok(version(mine))
    }

    /// What [`Journal::next_id`](crate::Journal::next_id) does.
    pub fn draw(&self) -> OrderId {
        let mut kept = self.kept();
        kept.drawn += 1;
        OrderId(kept.drawn)
    }

    /// Every order that there is, with its events.
    pub fn all(&self) -> Vec<(OrderId, Vec<Event>)> {
        let kept = self.kept();
        let some = kept.orders.iter().filter(|(_, events)| !events.is_empty());
        some.map(|(order, events)| (*order, events.clone())).collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }
}

fn version(events: &[Event]) -> Version {
    Version(events.len() as u64)
}

impl Store for Memory {
    fn read(&self, order: OrderId) -> Pending<'_, Result<History, Unavailable>> {
        Box::pin(async move { Ok(self.history(order)) })
    }

    fn append(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Pending<'_, Result<Version, AppendError>> {
        // When it is polled, and not when it is called.
        Box::pin(async move { self.put(order, expected, events) })
    }

    fn next_id(&self) -> Pending<'_, Result<OrderId, Unavailable>> {
        Box::pin(async { Ok(self.draw()) })
    }
}
