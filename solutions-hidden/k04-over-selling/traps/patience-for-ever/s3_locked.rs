//! Step 3: the row lock.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// The row is locked by the statement that reads it, and nobody waits for ever.
pub async fn buy_locked(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    db.batch_execute("SET lock_timeout = '60s'").await?;
    let tx = db.transaction().await?;
    let look = "SELECT stock FROM item WHERE sku = $1 FOR NO KEY UPDATE";
    let stock: i64 = tx.query_opt(look, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    if stock < b.units {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    let change = "UPDATE item SET stock = $2, version = version + 1 WHERE sku = $1";
    tx.execute(change, &[&b.sku, &left]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
