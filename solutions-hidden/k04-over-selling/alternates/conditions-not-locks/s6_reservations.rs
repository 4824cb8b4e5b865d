//! Step 6: reservations.

use k04_given::{Buy, BuyError, ReservationError, ReservationId, Timestamp};
use tokio_postgres::Client;

/// Takes and keeps in one statement.
pub async fn reserve(
    db: &mut Client,
    b: &Buy,
    until: Timestamp,
) -> Result<ReservationId, BuyError> {
    let reserve = "WITH taken AS (
                       UPDATE item SET stock = stock - $3
                       WHERE sku = $2 AND stock >= $3 RETURNING sku
                   )
                   INSERT INTO reservation (buyer, sku, units, until)
                   SELECT $1, sku, $3, $4 FROM taken RETURNING id";
    let row = db.query_opt(reserve, &[&b.buyer, &b.sku, &b.units, &until.0]).await?;
    row.map(|row| ReservationId(row.get(0))).ok_or(BuyError::SoldOut)
}

/// Whoever changes the status from `open` has won. Who has not looks who did.
pub async fn confirm(
    db: &mut Client,
    id: ReservationId,
    now: Timestamp,
) -> Result<Buy, ReservationError> {
    let confirm = "WITH confirmed AS (
                       UPDATE reservation SET status = 'confirmed'
                       WHERE id = $1 AND status = 'open' AND until > $2
                       RETURNING buyer, sku, units
                   )
                   INSERT INTO sale (buyer, sku, units)
                   SELECT buyer, sku, units FROM confirmed RETURNING buyer, sku, units";
    let bought =
        |row: &tokio_postgres::Row| Buy { buyer: row.get(0), sku: row.get(1), units: row.get(2) };
    if let Some(row) = db.query_opt(confirm, &[&id.0, &now.0]).await? {
        return Ok(bought(&row));
    }
    let look = "SELECT buyer, sku, units, status FROM reservation WHERE id = $1";
    match db.query_opt(look, &[&id.0]).await? {
        None => Err(ReservationError::Unknown),
        Some(row) if row.get::<_, &str>(3) == "confirmed" => Ok(bought(&row)),
        Some(_) => Err(ReservationError::Expired),
    }
}

/// Ends, adds up and gives back in one statement. What another call has locked is that call's.
pub async fn expire(db: &mut Client, now: Timestamp) -> Result<u64, tokio_postgres::Error> {
    let expire = "WITH over AS (
                      SELECT id FROM reservation WHERE status = 'open' AND until <= $1
                      ORDER BY id FOR UPDATE SKIP LOCKED
                  ), ended AS (
                      UPDATE reservation SET status = 'expired'
                      WHERE id IN (SELECT id FROM over) RETURNING sku, units
                  ), back AS (
                      SELECT sku, sum(units)::bigint AS units FROM ended GROUP BY sku
                  ), returned AS (
                      UPDATE item SET stock = stock + back.units FROM back
                      WHERE item.sku = back.sku
                  )
                  SELECT count(*) FROM ended";
    let ended: i64 = db.query_one(expire, &[&now.0]).await?.get(0);
    Ok(ended.unsigned_abs())
}
