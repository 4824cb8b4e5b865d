//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

/// Names that have the same hash wait for each other, and that is all.
pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let id = m.id.as_str();
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &[&id]).await?;
    let seen = "SELECT FROM inbox WHERE message_id = $1";
    if tx.query_opt(seen, &[&id]).await?.is_some() {
        return Ok(Handled::Duplicate);
    }
    tx.execute("INSERT INTO inbox (message_id) VALUES ($1)", &[&id]).await?;
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
