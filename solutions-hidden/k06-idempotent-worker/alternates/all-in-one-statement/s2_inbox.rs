//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

/// The UPDATE joins the row that the INSERT gives back: none, where there was one before.
pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let both = "WITH new AS (
                    INSERT INTO inbox (message_id) VALUES ($1)
                    ON CONFLICT DO NOTHING RETURNING message_id
                ), paid AS (
                    UPDATE merchant SET balance = balance + $3 FROM new WHERE id = $2
                    RETURNING id
                )
                SELECT (SELECT count(*) FROM new), (SELECT count(*) FROM paid)";
    let Captured { merchant, cents } = m.body;
    let row = tx.query_one(both, &[&m.id.as_str(), &merchant, &cents]).await?;
    match (row.get::<_, i64>(0), row.get::<_, i64>(1)) {
        (0, _) => Ok(Handled::Duplicate),
        (_, 0) => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
