//! Step 5: carts.

use k04_given::{BuyError, Line, Sale};
use tokio_postgres::Client;

/// The rows are locked in the order of ORDER BY, and then nothing can go wrong any more.
pub async fn checkout(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    let tx = db.transaction().await?;
    let skus: Vec<i64> = cart.iter().map(|line| line.sku).collect();
    let lock = "SELECT sku, stock FROM item WHERE sku = ANY($1) ORDER BY sku FOR NO KEY UPDATE";
    let items = tx.query(lock, &[&skus]).await?;
    let before = "SELECT sku, units, stock_left FROM sale WHERE order_id = $1";
    let before = tx.query(before, &[&order]).await?;
    if !before.is_empty() {
        tx.rollback().await?;
        let sale = |line: &Line| {
            let row = before.iter().find(|row| row.get::<_, i64>(0) == line.sku)?;
            Some(Sale { sku: line.sku, units: row.get(1), left: row.get(2) })
        };
        return Ok(cart.iter().filter_map(sale).collect());
    }
    let mut sales = Vec::new();
    for line in cart {
        let item = items.iter().find(|row| row.get::<_, i64>(0) == line.sku);
        let left = item.map_or(0, |row| row.get::<_, i64>(1)) - line.units;
        if left < 0 {
            tx.rollback().await?;
            return Err(BuyError::SoldOut);
        }
        sales.push(Sale { sku: line.sku, units: line.units, left });
    }
    tx.execute("INSERT INTO orders (id) VALUES ($1)", &[&order]).await?;
    for sale in &sales {
        let take = "UPDATE item SET stock = $2 WHERE sku = $1";
        tx.execute(take, &[&sale.sku, &sale.left]).await?;
        let sold = "INSERT INTO sale (order_id, sku, units, stock_left) VALUES ($1, $2, $3, $4)";
        tx.execute(sold, &[&order, &sale.sku, &sale.units, &sale.left]).await?;
    }
    tx.commit().await?;
    Ok(sales)
}
