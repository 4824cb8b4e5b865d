//! Step 4: versions, and SERIALIZABLE.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, IsolationLevel};

/// One transaction for all attempts: at READ COMMITTED each look sees what there is by then, and an
/// UPDATE that has changed no row has locked none.
pub async fn buy_versioned(db: &mut Client, b: &Buy, max_attempts: u32) -> Result<Sale, BuyError> {
    let tx = db.transaction().await?;
    for _ in 0..max_attempts {
        let look = "SELECT stock, version FROM item WHERE sku = $1";
        let row = tx.query_opt(look, &[&b.sku]).await?.ok_or(BuyError::SoldOut)?;
        let (left, version) = (row.get::<_, i64>(0) - b.units, row.get::<_, i64>(1));
        if left < 0 {
            return Err(BuyError::SoldOut);
        }
        let change = "UPDATE item SET stock = $2, version = $3 + 1 WHERE sku = $1 AND version = $3";
        if tx.execute(change, &[&b.sku, &left, &version]).await? == 1 {
            let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
            tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
            tx.commit().await?;
            return Ok(Sale { sku: b.sku, units: b.units, left });
        }
    }
    Err(BuyError::Contended)
}

/// The attempts that are left are an argument: the function calls itself.
pub async fn buy_serializable(
    db: &mut Client,
    b: &Buy,
    max_attempts: u32,
) -> Result<Sale, BuyError> {
    match attempt(db, b).await {
        Ok(Some(left)) => Ok(Sale { sku: b.sku, units: b.units, left }),
        Ok(None) => Err(BuyError::SoldOut),
        Err(error) if !undone_by_others(&error) => Err(error.into()),
        Err(_) if max_attempts <= 1 => Err(BuyError::Contended),
        Err(_) => Box::pin(buy_serializable(db, b, max_attempts - 1)).await,
    }
}

/// What is left, if there was enough: all in one statement, which need not be at SERIALIZABLE for
/// its own sake, and is for the sake of others.
async fn attempt(db: &mut Client, b: &Buy) -> Result<Option<i64>, Error> {
    let level = IsolationLevel::Serializable;
    let tx = db.build_transaction().isolation_level(level).start().await?;
    let buy = "WITH taken AS (
                   UPDATE item SET stock = stock - $3, version = version + 1
                   WHERE sku = $2 AND stock >= $3 RETURNING sku, stock
               ), sold AS (
                   INSERT INTO sale (buyer, sku, units) SELECT $1, sku, $3 FROM taken
               )
               SELECT stock FROM taken";
    let row = tx.query_opt(buy, &[&b.buyer, &b.sku, &b.units]).await?;
    tx.commit().await?;
    Ok(row.map(|row| row.get(0)))
}

fn undone_by_others(error: &Error) -> bool {
    let codes = [&SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| codes.contains(&code))
}
