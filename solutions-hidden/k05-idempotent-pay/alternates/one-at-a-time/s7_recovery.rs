//! Step 7: recovery.

use k05_given::{
    CallerId, Gateway, GatewayError, IdemKey, StoreError, StoredResponse, Timestamp, gateway_key,
};
use tokio_postgres::Client;

/// One intent after the other: taken over when its turn comes, so that a lease need not last for
/// all of them.
pub async fn recover<G: Gateway>(
    db: &mut Client,
    gateway: &G,
    now: Timestamp,
    seconds: i64,
) -> Result<u64, StoreError> {
    let next = "UPDATE intent SET leased_until = $2, fence = fence + 1 \
                WHERE (caller, key) = (SELECT caller, key FROM intent \
                    WHERE status IS NULL AND leased_until <= $1 \
                    ORDER BY leased_until, caller, key LIMIT 1 FOR UPDATE SKIP LOCKED) \
                RETURNING caller, key, purchase, cents, fence";
    let mut resolved = 0;
    while let Some(row) = db.query_opt(next, &[&now.0, &(now.0 + seconds)]).await? {
        let (caller, key) = (CallerId(row.get(0)), IdemKey(row.get(1)));
        let (order, fence): (String, i64) = (row.get(2), row.get(4));
        let cents = u64::try_from(row.get::<_, i64>(3)).unwrap_or_default();
        let charge = gateway.charge(&order, cents, Some(&gateway_key(&caller, &key))).await;
        let answer = match charge {
            Ok(charged) => StoredResponse::paid(&charged),
            Err(GatewayError::Declined) => StoredResponse::declined(),
            Err(_) => continue,
        };
        let keep = "UPDATE intent SET status = $4, body = $5 \
                    WHERE caller = $1 AND key = $2 AND fence = $3 AND status IS NULL";
        let status = i32::from(answer.status);
        resolved += db.execute(keep, &[&caller.0, &key.0, &fence, &status, &answer.body]).await?;
    }
    Ok(resolved)
}
