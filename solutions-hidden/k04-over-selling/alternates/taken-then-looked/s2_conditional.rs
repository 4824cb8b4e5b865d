//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Takes first and looks then: what the UPDATE has left says whether there was enough. If not, the
/// ROLLBACK puts it back, and nobody has seen it missing.
pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let take = "UPDATE item SET stock = stock - $2, version = version + 1 \
                WHERE sku = $1 RETURNING stock";
    let left: i64 = tx.query_opt(take, &[&b.sku, &b.units]).await?.map_or(-1, |row| row.get(0));
    if left < 0 {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
