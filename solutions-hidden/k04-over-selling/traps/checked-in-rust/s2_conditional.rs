//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let look = "SELECT stock FROM item WHERE sku = $1";
    let stock: i64 = tx.query_opt(look, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    if stock < b.units {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    let take = "UPDATE item SET stock = stock - $2, version = version + 1 WHERE sku = $1";
    tx.execute(take, &[&b.sku, &b.units]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
