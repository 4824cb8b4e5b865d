//! Step 5: versions.

use k06_given::{Delivery, HandleError, StockMoved, Versioned};
use tokio_postgres::Transaction;

/// Under the lock of the item's row there is one case only: put it with the others, and take what
/// has no gap before it.
pub async fn apply_versioned(
    m: &Delivery<StockMoved>,
    tx: &Transaction<'_>,
) -> Result<Versioned, HandleError> {
    let StockMoved { sku, version, units } = m.body;
    let lock = "SELECT version FROM item WHERE sku = $1 FOR UPDATE";
    let row = tx.query_opt(lock, &[&sku]).await?.ok_or(HandleError::Unknown)?;
    if version <= row.get::<_, i64>(0) {
        return Ok(Versioned::Stale);
    }
    let keep = "INSERT INTO early (sku, version, units) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    tx.execute(keep, &[&sku, &version, &units]).await?;
    // Numbered from the item's version on, those without a gap keep step with their versions.
    let take = "WITH next AS (
                    SELECT e.version,
                        i.version + row_number() OVER (ORDER BY e.version) = e.version AS follows
                    FROM early e JOIN item i ON i.sku = e.sku WHERE e.sku = $1
                ), taken AS (
                    DELETE FROM early WHERE sku = $1
                        AND version IN (SELECT version FROM next WHERE follows)
                    RETURNING version, units
                )
                SELECT max(version), sum(units)::bigint FROM taken";
    let row = tx.query_one(take, &[&sku]).await?;
    let Some(last) = row.get::<_, Option<i64>>(0) else { return Ok(Versioned::Early) };
    let apply = "UPDATE item SET version = $2, stock = stock + $3 WHERE sku = $1";
    tx.execute(apply, &[&sku, &last, &row.get::<_, i64>(1)]).await?;
    Ok(Versioned::Applied)
}
