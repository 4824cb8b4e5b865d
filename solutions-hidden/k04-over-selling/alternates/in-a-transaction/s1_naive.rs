//! Step 1: see it break.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Looks, decides, and changes what may be another row by then.
pub async fn buy_naive(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    let row = tx.query_opt("SELECT stock FROM item WHERE sku = $1", &[&b.sku]).await?;
    let stock: i64 = row.map_or(0, |row| row.get(0));
    if stock < b.units {
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    tx.execute("UPDATE item SET stock = $2 WHERE sku = $1", &[&b.sku, &left]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}

/// Both have looked before the first one writes. After that, any order will do.
pub fn losing_schedule() -> &'static str {
    "A.B"
}
