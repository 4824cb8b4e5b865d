//! Step 4: versions, and SERIALIZABLE.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel};

/// Nothing is held between the look and the change: the version stands for what was seen.
pub async fn buy_versioned(db: &mut Client, b: &Buy, max_attempts: u32) -> Result<Sale, BuyError> {
    let look = "SELECT stock, version FROM item WHERE sku = $1 AND stock >= $2";
    let change = "WITH changed AS (
                      UPDATE item SET stock = $3, version = $4 + 1
                      WHERE sku = $2 AND version = $4 RETURNING sku
                  )
                  INSERT INTO sale (buyer, sku, units) SELECT $1, sku, $5 FROM changed";
    let mut attempts = 0;
    while let Some(row) = db.query_opt(look, &[&b.sku, &b.units]).await? {
        let (left, version) = (row.get::<_, i64>(0) - b.units, row.get::<_, i64>(1));
        if db.execute(change, &[&b.buyer, &b.sku, &left, &version, &b.units]).await? == 1 {
            return Ok(Sale { sku: b.sku, units: b.units, left });
        }
        attempts += 1;
        if attempts == max_attempts {
            return Err(BuyError::Contended);
        }
    }
    Err(BuyError::SoldOut)
}

/// The sale first: if there is not enough, it is rolled back.
pub async fn buy_serializable(
    db: &mut Client,
    b: &Buy,
    max_attempts: u32,
) -> Result<Sale, BuyError> {
    let again = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    let mut ended = attempt(db, b).await;
    for _ in 1..max_attempts {
        let Err(BuyError::Sql(error)) = &ended else { return ended };
        if !error.code().is_some_and(|code| again.contains(code)) {
            return ended;
        }
        ended = attempt(db, b).await;
    }
    match ended {
        Err(BuyError::Sql(error)) if error.code().is_some_and(|code| again.contains(code)) => {
            Err(BuyError::Contended)
        }
        ended => ended,
    }
}

async fn attempt(db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
    let tx = db.build_transaction().isolation_level(IsolationLevel::Serializable).start().await?;
    let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
    tx.execute(sold, &[&b.buyer, &b.sku, &b.units]).await?;
    let take = "UPDATE item SET stock = stock - $2, version = version + 1 \
                WHERE sku = $1 AND stock >= $2 RETURNING stock";
    let Some(row) = tx.query_opt(take, &[&b.sku, &b.units]).await? else {
        return Err(BuyError::SoldOut);
    };
    let left = row.get(0);
    tx.commit().await?;
    Ok(Sale { sku: b.sku, units: b.units, left })
}
