//! Step 3: the row lock.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Sells, and decides in Rust, while nobody else can change the row. It waits where it must, and
/// never has to try again. Who buys another item does not wait.
///
/// The tables are [`k04_given::tables::SHOP`]. Stock and sale change together or not at all. Others
/// sell from the same tables, at READ COMMITTED, and not all of them with this function. Whoever
/// changes an item raises its `version` by 1: you too, with each sale.
///
/// # Errors
/// As in step 2.
///
/// # Cancellation
/// As in step 2.
pub async fn buy_locked(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    todo!("from which statement on can nobody change the row, and until when?")
}
