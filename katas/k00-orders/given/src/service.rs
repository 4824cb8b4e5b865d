use std::fmt;
use std::sync::Arc;

use crate::{Command, OrderError, OrderId, OrderState, Pending, Placed};

/// What stands behind a [`Service`].
pub trait Shop: Send + Sync + 'static {
    fn next_id(&self) -> Pending<'_, Result<OrderId, OrderError>>;
    fn handle(&self, order: OrderId, command: Command) -> Pending<'_, Result<Placed, OrderError>>;
    fn look(&self, order: OrderId) -> Pending<'_, Result<Option<OrderState>, OrderError>>;
}

/// The service of step 3, finished. It keeps nothing: all that it knows is in the journal. All
/// clones are the same service.
#[derive(Clone)]
pub struct Service(Arc<dyn Shop>);

impl Service {
    pub fn new(shop: impl Shop) -> Self {
        Self(Arc::new(shop))
    }

    /// A number for a new order, from the [journal](crate::Journal::next_id).
    ///
    /// # Errors
    /// [`OrderError::Unavailable`].
    pub async fn next_id(&self) -> Result<OrderId, OrderError> {
        self.0.next_id().await
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// When it does not; then nothing has happened.
    pub async fn handle(&self, order: OrderId, command: Command) -> Result<Placed, OrderError> {
        self.0.handle(order, command).await
    }

    /// What the journal says about this order; `None` where nobody has heard of it.
    ///
    /// # Errors
    /// [`OrderError::Unavailable`].
    pub async fn look(&self, order: OrderId) -> Result<Option<OrderState>, OrderError> {
        self.0.look(order).await
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}
