//! Step 3: the row lock.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// The row is locked by the statement that reads it, and until COMMIT. (NO KEY: nobody changes the
/// `sku`, so who only refers to the item need not wait.)
pub async fn buy_locked(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let look = "SELECT sku, stock FROM item ORDER BY sku FOR UPDATE";
    let rows = tx.query(look, &[]).await?;
    let row = rows.iter().find(|row| row.get::<_, i64>(0) == b.sku);
    let stock: i64 = row.map_or(0, |row| row.get(1));
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
