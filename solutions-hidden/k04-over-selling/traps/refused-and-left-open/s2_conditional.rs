//! Step 2: the conditional update.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

pub async fn buy_conditional(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    db.batch_execute("BEGIN").await?;
    let take = "UPDATE item SET stock = stock - $2, version = version + 1 \
                WHERE sku = $1 AND stock >= $2 RETURNING stock";
    let Some(row) = db.query_opt(take, &[&b.sku, &b.units]).await? else {
        return Err(BuyError::SoldOut);
    };
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    db.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    db.batch_execute("COMMIT").await?;
    Ok(Sale { sku: b.sku, units: b.units, left: row.get(0) })
}
