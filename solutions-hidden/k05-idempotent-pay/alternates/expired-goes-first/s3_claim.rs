//! Step 3: the claim.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::Client;

/// A key is kept for so many seconds after it was claimed; from then on it is as if it had never
/// been used, whatever it stood for.
pub const KEEP: i64 = 24 * 60 * 60;

/// A row that is too old goes, whoever finds it; then the unique index decides: who inserts owns.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
) -> Result<Claim, StoreError> {
    let sweep = "DELETE FROM idempotency_key WHERE caller = $1 AND key = $2 AND created <= $3";
    let take = "INSERT INTO idempotency_key (caller, key, fingerprint, created) \
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let look = "SELECT fingerprint, status, body FROM idempotency_key \
                WHERE caller = $1 AND key = $2";
    loop {
        let print = &request.0[..];
        db.execute(sweep, &[&caller.0, &key.0, &(now.0 - KEEP)]).await?;
        if db.execute(take, &[&caller.0, &key.0, &print, &now.0]).await? == 1 {
            let (caller, key) = (caller.clone(), key.clone());
            return Ok(Claim::Fresh(Lease { caller, key, fence: 0 }));
        }
        // It is somebody's; or was, if he has abandoned it since.
        let Some(row) = db.query_opt(look, &[&caller.0, &key.0]).await? else { continue };
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
