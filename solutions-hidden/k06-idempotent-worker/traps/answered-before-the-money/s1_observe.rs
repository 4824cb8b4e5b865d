//! Step 1: see it happen twice.

use k06_given::{Captured, Delivery, HandleError};
use tokio_postgres::Client;

pub async fn handle_naive(m: &Delivery<Captured>, db: &mut Client) -> Result<(), HandleError> {
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match db.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(()),
    }
}

/// The message was delivered, the money is there, and the ack never leaves the process.
pub fn losing_schedule() -> &'static str {
    "A.A!1"
}
