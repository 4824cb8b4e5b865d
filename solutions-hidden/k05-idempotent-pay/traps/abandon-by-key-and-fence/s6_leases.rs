//! Step 6: leases and fencing.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::Client;

/// One statement takes a key that is free, or one whose lease has lapsed; the fence goes up each
/// time.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
    seconds: i64,
) -> Result<Claim, StoreError> {
    let take = "INSERT INTO idempotency_key AS old \
                    (caller, key, fingerprint, leased_until, fence) \
                VALUES ($1, $2, $3, $4, 1) \
                ON CONFLICT (caller, key) DO UPDATE \
                SET leased_until = excluded.leased_until, fence = old.fence + 1 \
                WHERE old.status IS NULL AND old.leased_until <= $5 \
                    AND old.fingerprint = excluded.fingerprint \
                RETURNING fence";
    let until = now.0 + seconds;
    let print = &request.0[..];
    if let Some(row) = db.query_opt(take, &[&caller.0, &key.0, &print, &until, &now.0]).await? {
        let (caller, key) = (caller.clone(), key.clone());
        return Ok(Claim::Fresh(Lease { caller, key, fence: row.get(0) }));
    }
    // Rows never go, so it is there.
    let look = "SELECT fingerprint, status, body FROM idempotency_key \
                WHERE caller = $1 AND key = $2";
    let row = db.query_one(look, &[&caller.0, &key.0]).await?;
    if row.get::<_, &[u8]>(0) != print {
        return Ok(Claim::Mismatch);
    }
    Ok(match (row.get::<_, Option<i32>>(1), row.get(2)) {
        (Some(status), Some(body)) => {
            Claim::Replay(StoredResponse { status: u16::try_from(status).unwrap_or(500), body })
        }
        _ => Claim::InFlight,
    })
}

/// Only the last owner's fence fits; an answer that is there stays.
pub async fn complete(
    db: &mut Client,
    lease: &Lease,
    response: &StoredResponse,
) -> Result<(), StoreError> {
    let answer = "UPDATE idempotency_key \
                  SET status = coalesce(status, $4), \
                      body = CASE WHEN status IS NULL THEN $5 ELSE body END \
                  WHERE caller = $1 AND key = $2 AND fence = $3";
    let (caller, key, status) = (&lease.caller.0, &lease.key.0, i32::from(response.status));
    let changed = db.execute(answer, &[caller, key, &lease.fence, &status, &response.body]).await?;
    if changed == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
}

/// The lease lapses now; the row stays, since the fence must never go back.
pub async fn abandon(db: &mut Client, lease: &Lease) -> Result<(), StoreError> {
    let free = "UPDATE idempotency_key SET leased_until = $4 \
                WHERE $1 <> '' AND key = $2 AND fence = $3 AND status IS NULL";
    let (caller, key) = (&lease.caller.0, &lease.key.0);
    db.execute(free, &[caller, key, &lease.fence, &i64::MIN]).await?;
    Ok(())
}
