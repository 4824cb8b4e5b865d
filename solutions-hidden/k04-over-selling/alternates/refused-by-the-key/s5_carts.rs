//! Step 5: carts.

use k04_given::{BuyError, Line, Sale};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row};

/// Whoever is refused by the key of `orders` (23505) knows that the order has been sold: the refusal
/// comes only when the other one has committed. It looks in a transaction of its own.
pub async fn checkout(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    let sold = match sell(db, order, cart).await {
        Err(BuyError::Sql(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            let before = "SELECT sku, units, stock_left FROM sale WHERE order_id = $1";
            db.query(before, &[&order]).await?.iter().map(sale).collect()
        }
        ended => ended?,
    };
    let position = |sale: &Sale| cart.iter().position(|line| line.sku == sale.sku);
    let mut answer = sold;
    answer.sort_by_key(position);
    Ok(answer)
}

async fn sell(db: &mut Client, order: i64, cart: &[Line]) -> Result<Vec<Sale>, BuyError> {
    let tx = db.transaction().await?;
    tx.execute("INSERT INTO orders (id) VALUES ($1)", &[&order]).await?;
    let mut lines: Vec<&Line> = cart.iter().collect();
    lines.sort_unstable_by_key(|line| std::cmp::Reverse(line.sku));
    let mut sales = Vec::new();
    for line in lines {
        let take = "WITH taken AS (
                        UPDATE item SET stock = stock - $3 WHERE sku = $2 AND stock >= $3
                        RETURNING sku, stock
                    )
                    INSERT INTO sale (order_id, sku, units, stock_left)
                    SELECT $1, sku, $3, stock FROM taken RETURNING sku, units, stock_left";
        let row = tx.query_opt(take, &[&order, &line.sku, &line.units]).await?;
        sales.push(sale(&row.ok_or(BuyError::SoldOut)?));
    }
    tx.commit().await?;
    Ok(sales)
}

fn sale(row: &Row) -> Sale {
    Sale { sku: row.get(0), units: row.get(1), left: row.get(2) }
}
