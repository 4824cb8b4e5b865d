//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

/// Does what the message says, once, however often it comes: raises the merchant's balance, and
/// remembers *in the same transaction* that it has. The tables are [`k06_given::tables::LEDGER`].
///
/// Whoever calls commits after `Ok` and rolls back after `Err`; then the message is acknowledged, or
/// comes again. The same message may be with two workers at once, and one waits for the other where
/// it must. After `Ok` the transaction can be used on, also after [`Handled::Duplicate`].
///
/// # Errors
/// [`HandleError::Unknown`] when there is no such merchant; PostgreSQL's own. That the message has
/// been here before is no error.
///
/// # Cancellation
/// Dropped at any time, it leaves the rest to whoever rolls back.
pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    todo!("what of the message stays the same when it comes again, and who decides who was first?")
}
