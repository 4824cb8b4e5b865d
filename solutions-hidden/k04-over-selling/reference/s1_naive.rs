//! Step 1: see it break.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Looks, decides, and changes what may be another row by then.
pub async fn buy_naive(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let row = db.query_opt("SELECT stock FROM item WHERE sku = $1", &[&b.sku]).await?;
    let stock: i64 = row.map_or(0, |row| row.get(0));
    if stock < b.units {
        return Err(BuyError::SoldOut);
    }
    let less = "UPDATE item SET stock = stock - $2 WHERE sku = $1";
    db.execute(less, &[&b.sku, &b.units]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    db.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    Ok(Sale { sku: b.sku, units: b.units, left: stock - b.units })
}

/// Both have looked before the first one writes. After that, any order will do.
pub fn losing_schedule() -> &'static str {
    "A.B3.A2"
}
