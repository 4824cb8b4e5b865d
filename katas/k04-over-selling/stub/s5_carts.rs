//! Step 5: carts.

use k04_given::{BuyError, Line, Sale};
use tokio_postgres::Client;

/// Sells a whole cart or nothing of it, once, however often it is asked to: the same order again is
/// the same purchase, and answered as the first time.
///
/// The tables are [`k04_given::tables::CARTS`]. The answer has a sale for each line, in the order of
/// the cart. A cart has at least one line, and each item at most once. An order that was sold out
/// leaves nothing, and may be tried again later with the same number. A number is never used for
/// two different carts. Two carts never wait for each other for ever, nor is one of them refused
/// because of that. A purchase may begin anew as often as it must.
///
/// # Errors
/// [`BuyError::SoldOut`] when there are fewer units of an item than wanted, or there is no such
/// item; PostgreSQL's own. Another customer is no reason for an error.
///
/// # Cancellation
/// As in step 2.
pub async fn checkout(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    todo!("what keeps two carts from waiting for each other, and one order from being sold twice?")
}
