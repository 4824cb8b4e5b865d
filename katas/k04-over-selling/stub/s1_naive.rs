//! Step 1: see it break.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Sells as everybody does it the first time. The shop's tables are [`k04_given::tables::SHOP`].
///
/// ```text
/// 1  SELECT the stock of the item
/// 2  in Rust: fewer than wanted? Then it is sold out
/// 3  UPDATE the item: stock = stock - units
/// 4  INSERT the sale
/// ```
///
/// Each statement by itself, without a transaction. It is right as long as nobody disturbs it, and
/// `left` is what it has seen, less what it sold.
///
/// # Errors
/// [`BuyError::SoldOut`], also for an item that there is not; PostgreSQL's own.
pub async fn buy_naive(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    todo!("the four lines above, with `query_opt` and `execute`")
}

/// An order of statements in which two customers, A and B, both get the last unit from your
/// [`buy_naive`].
///
/// Written as a replay code: `A.B2.A` lets A run one statement, then B two, then A one. Where the
/// code ends, whoever ran last goes on to the end, and then the other one.
pub fn losing_schedule() -> &'static str {
    todo!("who runs first, who next, and how many statements?")
}
