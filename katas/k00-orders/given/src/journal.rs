use std::error;
use std::fmt;
use std::sync::Arc;

use crate::{Event, Memory, OrderId, Pending};

/// How many events of an order there are. 0: nobody has heard of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// All that has happened to an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The oldest first.
    pub events: Vec<Event>,
    /// What [`Journal::append`] has to be told so that it can see whether there is more by then.
    pub version: Version,
}

/// The journal cannot be reached. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// Why nothing was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendError {
    /// The order is not at the version that was expected: somebody else has appended since.
    Conflict,
    /// The journal cannot be reached.
    Unavailable,
}

/// What keeps the events. It outlives every process that uses it.
pub trait Store: Send + Sync + 'static {
    fn read(&self, order: OrderId) -> Pending<'_, Result<History, Unavailable>>;

    fn append(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Pending<'_, Result<Version, AppendError>>;

    fn next_id(&self) -> Pending<'_, Result<OrderId, Unavailable>>;
}

/// The events of all orders. One can add to it and read it, nothing else. All clones are the same
/// journal, and all replicas of a service share it.
#[derive(Clone)]
pub struct Journal(Arc<dyn Store>);

impl Journal {
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    /// A new journal, with nothing in it, in the memory of this process.
    pub fn in_memory() -> Self {
        Self::new(Memory::default())
    }

    /// All that has happened to this order; nothing, where nobody has heard of it.
    ///
    /// # Errors
    /// When the journal cannot be reached.
    pub async fn read(&self, order: OrderId) -> Result<History, Unavailable> {
        self.0.read(order).await
    }

    /// Adds these events, all or none, if the order is at the version `expected`. Answers with the
    /// version after them.
    ///
    /// # Errors
    /// When it is at another version by now, or the journal cannot be reached. Nothing was added.
    ///
    /// # Cancellation
    /// Dropped, it has added all of the events or none.
    pub async fn append(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Result<Version, AppendError> {
        self.0.append(order, expected, events).await
    }

    /// A number that no order has had yet, and that is never given again: 1, 2, 3, … Whoever draws
    /// one and does not use it leaves a gap.
    ///
    /// # Errors
    /// When the journal cannot be reached.
    pub async fn next_id(&self) -> Result<OrderId, Unavailable> {
        self.0.next_id().await
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the journal cannot be reached")
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("somebody else was faster"),
            Self::Unavailable => Unavailable.fmt(f),
        }
    }
}

impl error::Error for Unavailable {}
impl error::Error for AppendError {}
