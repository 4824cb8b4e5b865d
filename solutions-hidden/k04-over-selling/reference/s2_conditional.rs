//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// The condition is in the UPDATE. At READ COMMITTED an UPDATE that has waited for another one
/// looks at the row again, condition included.
pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let take = "UPDATE item SET stock = stock - $2, version = version + 1 \
                WHERE sku = $1 AND stock >= $2 RETURNING stock";
    let Some(row) = tx.query_opt(take, &[&b.sku, &b.units]).await? else {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    };
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left: row.get(0) })
}
