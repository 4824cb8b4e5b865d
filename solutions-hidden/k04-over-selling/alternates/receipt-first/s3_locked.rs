//! Step 3: the row lock.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// The receipt comes first, unseen by all others. Then the row is locked and the decision made; a
/// refusal takes the receipt back.
pub async fn buy_locked(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    let look = "SELECT stock, version FROM item WHERE sku = $1 FOR UPDATE";
    let Some(row) = tx.query_opt(look, &[&b.sku]).await? else {
        return Err(BuyError::SoldOut);
    };
    let (left, version) = (row.get::<_, i64>(0) - b.units, row.get::<_, i64>(1) + 1);
    if left < 0 {
        return Err(BuyError::SoldOut);
    }
    let change = "UPDATE item SET stock = $2, version = $3 WHERE sku = $1";
    tx.execute(change, &[&b.sku, &left, &version]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
