//! Step 7: recovery.

use k05_given::{
    CallerId, Gateway, GatewayError, IdemKey, StoreError, StoredResponse, Timestamp, gateway_key,
};
use tokio_postgres::Client;

/// Locked from the first look to the answer: nobody can interfere.
pub async fn recover<G: Gateway>(
    db: &mut Client,
    gateway: &G,
    now: Timestamp,
    seconds: i64,
) -> Result<u64, StoreError> {
    let all = "SELECT caller, key, purchase, cents, fence FROM intent \
               WHERE status IS NULL AND leased_until <= $1";
    let mut resolved = 0;
    for row in db.query(all, &[&now.0]).await? {
        let (caller, key) = (CallerId(row.get(0)), IdemKey(row.get(1)));
        let (order, cents): (String, i64) = (row.get(2), row.get(3));
        let tx = db.transaction().await?;
        let take = "UPDATE intent SET leased_until = $3, fence = fence + 1 \
                    WHERE caller = $1 AND key = $2 AND status IS NULL AND leased_until <= $4";
        let until = now.0 + seconds;
        if tx.execute(take, &[&caller.0, &key.0, &until, &now.0]).await? == 0 {
            tx.rollback().await?;
            continue;
        }
        let known_as = gateway_key(&caller, &key);
        let cents = u64::try_from(cents).unwrap_or_default();
        let answer = match gateway.charge(&order, cents, Some(&known_as)).await {
            Ok(charged) => StoredResponse::paid(&charged),
            Err(GatewayError::Declined) => StoredResponse::declined(),
            Err(_) => {
                tx.commit().await?;
                continue;
            }
        };
        let keep = "UPDATE intent SET status = $3, body = $4 WHERE caller = $1 AND key = $2";
        let status = i32::from(answer.status);
        resolved += tx.execute(keep, &[&caller.0, &key.0, &status, &answer.body]).await?;
        tx.commit().await?;
    }
    Ok(resolved)
}
