//! Step 5: versions.

use k06_given::{Delivery, HandleError, StockMoved, Versioned};
use tokio_postgres::Transaction;

pub async fn apply_versioned(
    m: &Delivery<StockMoved>,
    tx: &Transaction<'_>,
) -> Result<Versioned, HandleError> {
    let StockMoved { sku, version, units } = m.body;
    let look = "SELECT version FROM item WHERE sku = $1 FOR UPDATE";
    let row = tx.query_opt(look, &[&sku]).await?.ok_or(HandleError::Unknown)?;
    let mut last: i64 = row.get(0);
    if version <= last {
        return Ok(Versioned::Stale);
    }
    if version > last + 1 {
        let keep = "INSERT INTO early (sku, version, units) VALUES ($1, $2, $3) \
                    ON CONFLICT DO NOTHING";
        tx.execute(keep, &[&sku, &version, &units]).await?;
        return Ok(Versioned::Early);
    }
    let (mut moved, mut next) = (units, Some(version));
    while let Some(version) = next {
        last = version;
        let take = "DELETE FROM early WHERE sku = $1 AND version = $2 RETURNING units";
        next = tx.query_opt(take, &[&sku, &(last + 1)]).await?.map(|row| {
            moved += row.get::<_, i64>(0);
            last + 1
        });
        if let Some(version) = next.take() {
            last = version;
        }
    }
    let apply = "UPDATE item SET version = $2, stock = stock + $3 WHERE sku = $1";
    tx.execute(apply, &[&sku, &last, &moved]).await?;
    Ok(Versioned::Applied)
}
