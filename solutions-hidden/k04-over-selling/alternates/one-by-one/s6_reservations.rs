//! Step 6: reservations.

use k04_given::{Buy, BuyError, ReservationError, ReservationId, Timestamp};
use tokio_postgres::{Client, Transaction};

/// Decided in Rust, on a row that is locked.
pub async fn reserve(
    db: &mut Client,
    b: &Buy,
    until: Timestamp,
) -> Result<ReservationId, BuyError> {
    let tx = db.transaction().await?;
    let look = "SELECT stock FROM item WHERE sku = $1 FOR UPDATE";
    let stock: i64 = tx.query_opt(look, &[&b.sku]).await?.map_or(0, |row| row.get(0));
    if stock < b.units {
        return Err(BuyError::SoldOut);
    }
    let left = stock - b.units;
    tx.execute("UPDATE item SET stock = $2 WHERE sku = $1", &[&b.sku, &left]).await?;
    let keep = "INSERT INTO reservation (buyer, sku, units, until) VALUES ($1, $2, $3, $4) \
                RETURNING id";
    let row = tx.query_one(keep, &[&b.buyer, &b.sku, &b.units, &until.0]).await?;
    tx.commit().await?;
    Ok(ReservationId(row.get(0)))
}

/// Ends it, if it is still open, and then looks at how it has ended.
pub async fn confirm(
    db: &mut Client,
    id: ReservationId,
    now: Timestamp,
) -> Result<Buy, ReservationError> {
    let tx = db.transaction().await?;
    let won = end(&tx, id.0, "confirmed", "until > $3", now).await?;
    let look = "SELECT buyer, sku, units, status FROM reservation WHERE id = $1";
    let row = tx.query_opt(look, &[&id.0]).await?.ok_or(ReservationError::Unknown)?;
    if row.get::<_, &str>(3) != "confirmed" {
        return Err(ReservationError::Expired);
    }
    let bought = Buy { buyer: row.get(0), sku: row.get(1), units: row.get(2) };
    if won {
        let sold = "INSERT INTO sale (buyer, sku, units) VALUES ($1, $2, $3)";
        tx.execute(sold, &[&bought.buyer, &bought.sku, &bought.units]).await?;
    }
    tx.commit().await?;
    Ok(bought)
}

/// A transaction for each reservation, so that no lock is held for long: whoever dies in between
/// has ended some of them, each wholly.
pub async fn expire(db: &mut Client, now: Timestamp) -> Result<u64, tokio_postgres::Error> {
    let over = "SELECT id, sku, units FROM reservation WHERE status = 'open' AND until <= $1";
    let mut ended = 0;
    for row in db.query(over, &[&now.0]).await? {
        let tx = db.transaction().await?;
        if end(&tx, row.get(0), "expired", "until <= $3", now).await? {
            let give = "UPDATE item SET stock = stock + $2 WHERE sku = $1";
            tx.execute(give, &[&row.get::<_, i64>(1), &row.get::<_, i64>(2)]).await?;
            ended += 1;
        }
        tx.commit().await?;
    }
    Ok(ended)
}

/// Whether it was this call that ended the reservation.
async fn end(
    tx: &Transaction<'_>,
    id: i64,
    status: &str,
    time: &str,
    now: Timestamp,
) -> Result<bool, tokio_postgres::Error> {
    let end =
        format!("UPDATE reservation SET status = $2 WHERE id = $1 AND status = 'open' AND {time}");
    Ok(tx.execute(&end, &[&id, &status, &now.0]).await? == 1)
}
