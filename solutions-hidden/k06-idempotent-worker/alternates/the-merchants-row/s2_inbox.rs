//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

/// Two deliveries of a message are about the same merchant: whoever has the row is alone with it.
pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let id = m.id.as_str();
    let lock = "SELECT FROM merchant WHERE id = $1 FOR NO KEY UPDATE";
    tx.query_opt(lock, &[&m.body.merchant]).await?.ok_or(HandleError::Unknown)?;
    let seen = "SELECT FROM inbox WHERE message_id = $1";
    if tx.query_opt(seen, &[&id]).await?.is_some() {
        return Ok(Handled::Duplicate);
    }
    tx.execute("INSERT INTO inbox (message_id) VALUES ($1)", &[&id]).await?;
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await?;
    Ok(Handled::Applied)
}
