//! Step 3: the row lock.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Every UPDATE locks its row. A refusal is rolled back, and with it the version.
pub async fn buy_locked(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let touch = "UPDATE item SET version = version + 1 WHERE sku = $1 RETURNING stock";
    let stock: i64 = tx.query_opt(touch, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    if stock < b.units {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    tx.execute("UPDATE item SET stock = $2 WHERE sku = $1", &[&b.sku, &left]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
