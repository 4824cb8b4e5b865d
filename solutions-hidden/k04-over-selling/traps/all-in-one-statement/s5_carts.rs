//! Step 5: carts.

use k04_given::{BuyError, Line, Sale};
use tokio_postgres::Client;

/// One statement takes all items at once, so nobody can come between two of them.
pub async fn checkout(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    let tx = db.transaction().await?;
    let claim = "INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING";
    if tx.execute(claim, &[&order]).await? == 1 {
        let skus: Vec<i64> = cart.iter().map(|l| l.sku).collect();
        let units: Vec<i64> = cart.iter().map(|l| l.units).collect();
        let all = "WITH taken AS (
                UPDATE item SET stock = stock - want.units
                FROM unnest($2::bigint[], $3::bigint[]) AS want (sku, units)
                WHERE item.sku = want.sku AND stock >= want.units
                RETURNING item.sku, want.units, stock)
            INSERT INTO sale (order_id, sku, units, stock_left)
            SELECT $1, sku, units, stock FROM taken";
        let sold = tx.execute(all, &[&order, &skus, &units]).await?;
        if usize::try_from(sold) != Ok(cart.len()) {
            tx.rollback().await?;
            return Err(BuyError::SoldOut);
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
