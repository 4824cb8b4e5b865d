//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// The condition is in the UPDATE; the version is written as it must be.
pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let look = "SELECT version FROM item WHERE sku = $1";
    let version: i64 = tx.query_opt(look, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    let take = "UPDATE item SET stock = stock - $2, version = $3 \
                WHERE sku = $1 AND stock >= $2 RETURNING stock";
    let Some(row) = tx.query_opt(take, &[&b.sku, &b.units, &(version + 1)]).await? else {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    };
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left: row.get(0) })
}
