//! Step 6: leases and fencing.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::{Client, Row, Transaction};

/// The row is made if it is missing, with a lease that has lapsed long ago; then it is locked, and
/// everything is decided in Rust.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
    seconds: i64,
) -> Result<Claim, StoreError> {
    let tx = db.transaction().await?;
    let make = "INSERT INTO idempotency_key (caller, key, fingerprint, leased_until, fence) \
                VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING";
    let print = &request.0[..];
    tx.execute(make, &[&caller.0, &key.0, &print, &i64::MIN]).await?;
    // Rows never go.
    let row = locked(&tx, caller, key).await?.ok_or(StoreError::LeaseLost)?;
    if row.get::<_, &[u8]>(0) != print {
        tx.rollback().await?;
        return Ok(Claim::Mismatch);
    }
    if let (Some(status), Some(body)) = (row.get::<_, Option<i32>>(1), row.get(2)) {
        tx.rollback().await?;
        let status = u16::try_from(status).unwrap_or(500);
        return Ok(Claim::Replay(StoredResponse { status, body }));
    }
    let (until, fence): (i64, i64) = (row.get(3), row.get(4));
    if now.0 < until {
        tx.rollback().await?;
        return Ok(Claim::InFlight);
    }
    let take = "UPDATE idempotency_key SET leased_until = $3, fence = $4 \
                WHERE caller = $1 AND key = $2";
    tx.execute(take, &[&caller.0, &key.0, &(now.0 + seconds), &(fence + 1)]).await?;
    tx.commit().await?;
    Ok(Claim::Fresh(Lease { caller: caller.clone(), key: key.clone(), fence: fence + 1 }))
}

/// Locked, then compared.
pub async fn complete(
    db: &mut Client,
    lease: &Lease,
    response: &StoredResponse,
) -> Result<(), StoreError> {
    let tx = db.transaction().await?;
    let row = locked(&tx, &lease.caller, &lease.key).await?;
    let Some(row) = row.filter(|row| row.get::<_, i64>(4) == lease.fence) else {
        tx.rollback().await?;
        return Err(StoreError::LeaseLost);
    };
    if row.get::<_, Option<i32>>(1).is_none() {
        let answer = "UPDATE idempotency_key SET status = $3, body = $4 \
                      WHERE caller = $1 AND key = $2";
        let status = i32::from(response.status);
        tx.execute(answer, &[&lease.caller.0, &lease.key.0, &status, &response.body]).await?;
    }
    Ok(tx.commit().await?)
}

/// Locked, then compared.
pub async fn abandon(db: &mut Client, lease: &Lease) -> Result<(), StoreError> {
    let tx = db.transaction().await?;
    let row = locked(&tx, &lease.caller, &lease.key).await?;
    let mine =
        |row: &Row| row.get::<_, i64>(4) == lease.fence && row.get::<_, Option<i32>>(1).is_none();
    if row.as_ref().is_some_and(mine) {
        let free = "UPDATE idempotency_key SET leased_until = $3 WHERE caller = $1 AND key = $2";
        tx.execute(free, &[&lease.caller.0, &lease.key.0, &i64::MIN]).await?;
    }
    Ok(tx.commit().await?)
}

async fn locked(
    tx: &Transaction<'_>,
    caller: &CallerId,
    key: &IdemKey,
) -> Result<Option<Row>, tokio_postgres::Error> {
    let look = "SELECT fingerprint, status, body, leased_until, fence FROM idempotency_key \
                WHERE caller = $1 AND key = $2 FOR UPDATE";
    tx.query_opt(look, &[&caller.0, &key.0]).await
}
