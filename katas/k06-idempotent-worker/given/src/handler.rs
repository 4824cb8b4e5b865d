use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use broker::Delivery;
use tokio_postgres::Transaction;

use crate::{HandleError, Handled};

/// A message being dealt with.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Result<Handled, HandleError>> + Send + 'a>>;

type Function = dyn for<'a> Fn(&'a Delivery, &'a Transaction<'a>) -> Handling<'a> + Send + Sync;

/// What a worker does with a message: something like step 2's `handle`, which writes what it has to
/// into the transaction that it is given.
///
/// A message that comes again, or twice, it answers with [`Handled::Duplicate`].
#[derive(Clone)]
pub struct Handler(Arc<Function>);

impl Handler {
    pub fn new(
        handle: impl for<'a> Fn(&'a Delivery, &'a Transaction<'a>) -> Handling<'a>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(handle))
    }

    /// Deals with one message, in this transaction. It neither commits nor rolls back.
    ///
    /// # Errors
    /// Then the transaction must not be committed. [`HandleError::Malformed`] will come again,
    /// however often the message does; anything else may be better the next time.
    pub async fn handle(&self, m: &Delivery, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
        (self.0)(m, tx).await
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}
