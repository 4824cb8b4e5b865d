//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let mark = "INSERT INTO inbox (message_id) VALUES ($1)";
    match tx.execute(mark, &[&m.id.as_str()]).await {
        Ok(_) => {}
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            return Ok(Handled::Duplicate);
        }
        Err(error) => return Err(error.into()),
    }
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
