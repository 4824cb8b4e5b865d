//! Step 7: recovery.

use k05_given::{
    CallerId, Gateway, GatewayError, IdemKey, StoreError, StoredResponse, Timestamp, gateway_key,
};
use tokio_postgres::Client;

/// One statement takes over all that have lapsed; from then on each is this call's alone, without a
/// lock, and the gateway is asked about all at once.
pub async fn recover<G: Gateway>(
    db: &mut Client,
    gateway: &G,
    now: Timestamp,
    seconds: i64,
) -> Result<u64, StoreError> {
    let take = "UPDATE intent SET leased_until = $2, fence = fence + 1 \
                WHERE status IS NULL AND leased_until <= $1 \
                RETURNING caller, key, purchase, cents, fence";
    let until = now.0 + seconds;
    let mut resolved = 0;
    let mut asked = tokio::task::JoinSet::new();
    for row in db.query(take, &[&now.0, &until]).await? {
        let (caller, key) = (CallerId(row.get(0)), IdemKey(row.get(1)));
        let (order, fence): (String, i64) = (row.get(2), row.get(4));
        let cents = u64::try_from(row.get::<_, i64>(3)).unwrap_or_default();
        let known_as = gateway_key(&caller, &key);
        let gateway = gateway.clone();
        asked.spawn(async move {
            (gateway.charge(&order, cents, Some(&known_as)).await, caller, key, fence)
        });
    }
    while let Some(Ok((charged, caller, key, fence))) = asked.join_next().await {
        let answer = match charged {
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
