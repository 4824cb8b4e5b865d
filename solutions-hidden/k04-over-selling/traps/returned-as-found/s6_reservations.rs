//! Step 6: reservations.

use k04_given::{Buy, BuyError, ReservationError, ReservationId, Timestamp};
use tokio_postgres::Client;

/// A conditional update, as in step 2; what it takes is not sold yet.
pub async fn reserve(
    db: &mut Client,
    b: &Buy,
    until: Timestamp,
) -> Result<ReservationId, BuyError> {
    let tx = db.transaction().await?;
    let take = "UPDATE item SET stock = stock - $2 WHERE sku = $1 AND stock >= $2";
    if tx.execute(take, &[&b.sku, &b.units]).await? == 0 {
        tx.rollback().await?;
        return Err(BuyError::SoldOut);
    }
    let keep = "INSERT INTO reservation (buyer, sku, units, until) VALUES ($1, $2, $3, $4) \
                RETURNING id";
    let row = tx.query_one(keep, &[&b.buyer, &b.sku, &b.units, &until.0]).await?;
    tx.commit().await?;
    Ok(ReservationId(row.get(0)))
}

/// The row is locked before its status is believed: whoever ends it, ends it alone.
pub async fn confirm(
    db: &mut Client,
    id: ReservationId,
    now: Timestamp,
) -> Result<Buy, ReservationError> {
    let tx = db.transaction().await?;
    let look = "SELECT buyer, sku, units, until, status FROM reservation WHERE id = $1 FOR UPDATE";
    let Some(row) = tx.query_opt(look, &[&id.0]).await? else {
        return Err(ReservationError::Unknown);
    };
    let bought = Buy { buyer: row.get(0), sku: row.get(1), units: row.get(2) };
    let (until, status): (i64, &str) = (row.get(3), row.get(4));
    match status {
        "confirmed" => {}
        "open" if now.0 < until => {
            let end = "UPDATE reservation SET status = 'confirmed' WHERE id = $1";
            tx.execute(end, &[&id.0]).await?;
            let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
            tx.execute(sold, &[&bought.buyer, &bought.sku, &bought.units]).await?;
        }
        _ => {
            tx.rollback().await?;
            return Err(ReservationError::Expired);
        }
    }
    tx.commit().await?;
    Ok(bought)
}

/// No reservation is waited for, so each unit goes back as it comes.
pub async fn expire(db: &mut Client, now: Timestamp) -> Result<u64, tokio_postgres::Error> {
    let tx = db.transaction().await?;
    let end = "UPDATE reservation SET status = 'expired' WHERE id IN (
                   SELECT id FROM reservation WHERE status = 'open' AND until <= $1
                   FOR UPDATE SKIP LOCKED
               ) RETURNING sku, units";
    let mut ended = 0;
    for row in tx.query(end, &[&now.0]).await? {
        ended += 1;
        let give = "UPDATE item SET stock = stock + $2 WHERE sku = $1";
        tx.execute(give, &[&row.get::<_, i64>(0), &row.get::<_, i64>(1)]).await?;
    }
    tx.commit().await?;
    Ok(ended)
}
