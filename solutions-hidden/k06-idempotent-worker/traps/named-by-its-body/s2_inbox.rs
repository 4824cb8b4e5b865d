//! Step 2: the inbox.

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let mark = "INSERT INTO inbox (message_id) VALUES ($1) ON CONFLICT DO NOTHING";
    if tx.execute(mark, &[&format!("{:?}", m.body)]).await? == 0 {
        return Ok(Handled::Duplicate);
    }
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
