//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Sells, and lets the UPDATE itself decide whether there is enough. It waits where it must, and
/// never has to try again. Who buys another item does not wait.
///
/// The tables are [`k04_given::tables::SHOP`]. Stock and sale change together or not at all. Others
/// sell from the same tables, at READ COMMITTED, and not all of them with this function. Whoever
/// changes an item raises its `version` by 1: you too, with each sale.
///
/// # Errors
/// [`BuyError::SoldOut`] when there are fewer units than wanted, or there is no such item;
/// PostgreSQL's own. Another customer is no reason for an error.
///
/// # Cancellation
/// Dropped at any time, it leaves all of the sale or nothing. However it ends, `db` is ready for its
/// next use: outside of any transaction, with the settings it had, and holding no lock.
pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    todo!("which condition must be true of the row at the moment when it changes?")
}
