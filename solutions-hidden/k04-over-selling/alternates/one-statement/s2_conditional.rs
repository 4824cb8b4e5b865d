//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// A statement is a transaction of its own.
pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let buy = "WITH taken AS (
                   UPDATE item SET stock = stock - $3, version = version + 1
                   WHERE sku = $2 AND stock >= $3 RETURNING sku, stock
               ), sold AS (
                   INSERT INTO sale (buyer, sku, units) SELECT $1, sku, $3 FROM taken
               )
               SELECT stock FROM taken";
    match db.query_opt(buy, &[&b.buyer, &b.sku, &b.units]).await? {
        Some(row) => Ok(Sale { sku: b.sku, units: b.units, left: row.get(0) }),
        None => Err(BuyError::SoldOut),
    }
}
