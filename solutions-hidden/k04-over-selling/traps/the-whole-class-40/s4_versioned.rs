//! Step 4: versions, and SERIALIZABLE.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::{Client, Error, IsolationLevel};

/// The version that was read stands in the condition of the UPDATE. Whoever changes no row knows
/// only that somebody was faster, not what is left: so it reads again.
pub async fn buy_versioned(db: &mut Client, b: &Buy, max_attempts: u32) -> Result<Sale, BuyError> {
    for _ in 0..max_attempts {
        let tx = db.transaction().await?;
        let look = "SELECT stock, version FROM item WHERE sku = $1";
        let Some(row) = tx.query_opt(look, &[&b.sku]).await? else {
            return Err(BuyError::SoldOut);
        };
        let (stock, version): (i64, i64) = (row.get(0), row.get(1));
        if stock < b.units {
            return Err(BuyError::SoldOut);
        }
        let left = stock - b.units;
        let change = "UPDATE item SET stock = $2, version = version + 1 \
                      WHERE sku = $1 AND version = $3";
        if tx.execute(change, &[&b.sku, &left, &version]).await? == 0 {
            tx.rollback().await?;
            continue;
        }
        let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
        tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
        tx.commit().await?;
        return Ok(Sale { sku: b.sku, units: b.units, left });
    }
    Err(BuyError::Contended)
}

/// Everything that was read is in the transaction that is begun anew.
pub async fn buy_serializable(
    db: &mut Client,
    b: &Buy,
    max_attempts: u32,
) -> Result<Sale, BuyError> {
    for _ in 0..max_attempts {
        match attempt(db, b).await {
            Err(BuyError::Sql(error)) if undone_by_others(&error) => {}
            ended => return ended,
        }
    }
    Err(BuyError::Contended)
}

async fn attempt(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let level = IsolationLevel::Serializable;
    let tx = db.build_transaction().isolation_level(level).start().await?;
    let look = "SELECT stock FROM item WHERE sku = $1";
    let stock: i64 = tx.query_opt(look, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    if stock < b.units {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    let change = "UPDATE item SET stock = $2, version = version + 1 WHERE sku = $1";
    tx.execute(change, &[&b.sku, &left]).await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}

fn undone_by_others(error: &Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("40"))
}
