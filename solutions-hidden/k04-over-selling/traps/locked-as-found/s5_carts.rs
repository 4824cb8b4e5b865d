//! Step 5: carts.

use k04_given::{BuyError, Line, Sale};
use tokio_postgres::{Client, Transaction};

/// The order's own row comes first: whoever cannot insert it waits until its fate is known. Then
/// all items, locked by one statement.
pub async fn checkout(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    let tx = db.transaction().await?;
    let claim = "INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING";
    if tx.execute(claim, &[&order]).await? == 1 {
        // All of them at once: then nobody can come between two of them.
        let skus: Vec<i64> = cart.iter().map(|line| line.sku).collect();
        tx.query("SELECT FROM item WHERE sku = ANY ($1) FOR UPDATE", &[&skus]).await?;
        for line in cart {
            if !sell(&tx, order, *line).await? {
                tx.rollback().await?;
                return Err(BuyError::SoldOut);
            }
        }
    }
    let lines = "SELECT sku, units, stock_left FROM sale WHERE order_id = $1";
    let rows = tx.query(lines, &[&order]).await?;
    tx.commit().await?;
    let sale = |line: &Line| {
        let row = rows.iter().find(|row| row.get::<_, i64>(0) == line.sku)?;
        Some(Sale { sku: line.sku, units: row.get(1), left: row.get(2) })
    };
    Ok(cart.iter().filter_map(sale).collect())
}

/// Whether there was enough.
async fn sell(tx: &Transaction<'_>, order: i64, line: Line) -> Result<bool, tokio_postgres::Error> {
    let take = "UPDATE item SET stock = stock - $2 WHERE sku = $1 AND stock >= $2 RETURNING stock";
    let Some(row) = tx.query_opt(take, &[&line.sku, &line.units]).await? else {
        return Ok(false);
    };
    let left: i64 = row.get(0);
    let sold = "INSERT INTO sale (order_id, sku, units, stock_left) VALUES ($1, $2, $3, $4)";
    tx.execute(sold, &[&order, &line.sku, &line.units, &left]).await?;
    Ok(true)
}
