//! Step 3: the claim.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::Client;

/// A key is kept for so many seconds after it was claimed; from then on it is as if it had never
/// been used, whatever it stood for.
pub const KEEP: i64 = 24 * 60 * 60;

/// An advisory lock for the key, until COMMIT: looking and taking are one.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
) -> Result<Claim, StoreError> {
    let take = "INSERT INTO idempotency_key (caller, key, fingerprint, created) \
                VALUES ($1, $2, $3, $4) \
                ";
    let look = "SELECT fingerprint, status, body, created FROM idempotency_key \
                WHERE caller = $1 AND key = $2";
    let print = &request.0[..];
    let (of, named) = (&caller.0, &key.0);
    let tx = db.transaction().await?;
    // One session a key: the others wait for its COMMIT.
    let alone = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) IS NULL";
    tx.query_one(alone, &[&format!("{}:{of}{named}", of.len())]).await?;
    let row = tx.query_opt(look, &[of, named]).await?;
    if let Some(row) = row.filter(|row| row.get::<_, i64>(3) > now.0 - KEEP) {
        tx.rollback().await?;
        if row.get::<_, &[u8]>(0) != print {
            return Ok(Claim::Mismatch);
        }
        return Ok(match (row.get::<_, Option<i32>>(1), row.get(2)) {
            (Some(status), Some(body)) => {
                Claim::Replay(StoredResponse { status: u16::try_from(status).unwrap_or(500), body })
            }
            _ => Claim::InFlight,
        });
    }
    tx.execute("DELETE FROM idempotency_key WHERE caller = $1 AND key = $2", &[of, named]).await?;
    tx.execute(take, &[of, named, &print, &now.0]).await?;
    tx.commit().await?;
    Ok(Claim::Fresh(Lease { caller: caller.clone(), key: key.clone(), fence: 0 }))
}

/// A conditional update: only what still runs is answered.
pub async fn complete(
    db: &mut Client,
    lease: &Lease,
    response: &StoredResponse,
) -> Result<(), StoreError> {
    let answer = "UPDATE idempotency_key SET status = $3, body = $4 \
                  WHERE caller = $1 AND key = $2 AND status IS NULL";
    let status = i32::from(response.status);
    db.execute(answer, &[&lease.caller.0, &lease.key.0, &status, &response.body]).await?;
    Ok(())
}

/// Only what still runs goes.
pub async fn abandon(db: &mut Client, lease: &Lease) -> Result<(), StoreError> {
    let free = "DELETE FROM idempotency_key WHERE caller = $1 AND key = $2 AND status IS NULL";
    db.execute(free, &[&lease.caller.0, &lease.key.0]).await?;
    Ok(())
}
