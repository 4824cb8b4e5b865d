//! Step 5: versions.

use k06_given::{Delivery, HandleError, StockMoved, Versioned};
use tokio_postgres::Transaction;

/// Moves the stock by what the message says, in the order of the versions, each once, in whatever
/// order and however often they come. The tables are [`k06_given::tables::STOCK`].
///
/// `item.version` is the last movement that is in the stock; a new item has 0. The movement behind
/// it is applied, and with it all that came early and follow without a gap. Those before it are
/// stale. Those further ahead are kept in `early`: whoever calls acknowledges them after the COMMIT,
/// so they do not come again.
///
/// Two workers may have two movements of one item at once; one waits for the other where it must,
/// and afterwards nothing that could be applied is still early. Movements of other items do not
/// wait. Whoever calls commits after `Ok` and rolls back after `Err`.
///
/// # Errors
/// [`HandleError::Unknown`] when there is no such item; PostgreSQL's own.
///
/// # Cancellation
/// Dropped at any time, it leaves the rest to whoever rolls back.
pub async fn apply_versioned(
    m: &Delivery<StockMoved>,
    tx: &Transaction<'_>,
) -> Result<Versioned, HandleError> {
    todo!("what must nobody change between your look at the version and your commit?")
}
