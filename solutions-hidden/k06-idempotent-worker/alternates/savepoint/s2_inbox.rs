//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

/// The primary key decides who was first: whoever inserts the same id waits until the other one has
/// committed or rolled back, and then finds it there, or not. It is there: back to the savepoint, or
/// the transaction would do nothing any more.
pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    tx.batch_execute("SAVEPOINT mark").await?;
    let mark = "INSERT INTO inbox (message_id) VALUES ($1)";
    match tx.execute(mark, &[&m.id.as_str()]).await {
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            tx.batch_execute("ROLLBACK TO mark").await?;
            return Ok(Handled::Duplicate);
        }
        marked => {
            marked?;
        }
    }
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
