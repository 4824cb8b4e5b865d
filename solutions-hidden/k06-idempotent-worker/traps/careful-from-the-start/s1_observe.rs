//! Step 1: see it happen twice.

use k06_given::{Captured, Delivery, HandleError};
use tokio_postgres::Client;

pub async fn handle_naive(m: &Delivery<Captured>, db: &mut Client) -> Result<(), HandleError> {
    let pay = "WITH new AS (INSERT INTO inbox VALUES ($3) ON CONFLICT DO NOTHING RETURNING 1), \
               paid AS (UPDATE merchant SET balance = balance + $2 FROM new WHERE id = $1) \
               SELECT FROM merchant WHERE id = $1";
    let known = db.query_opt(pay, &[&m.body.merchant, &m.body.cents, &m.id.as_str()]).await?;
    known.map(drop).ok_or(HandleError::Unknown)
}

/// The message was delivered, the money is there, and the ack never leaves the process.
pub fn losing_schedule() -> &'static str {
    "A2.A!1"
}
