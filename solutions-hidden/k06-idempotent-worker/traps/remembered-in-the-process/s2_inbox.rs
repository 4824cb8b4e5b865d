//! Step 2: the inbox.

use std::collections::HashSet;
use std::sync::Mutex;

use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Transaction;

static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);

pub async fn handle(m: &Delivery<Captured>, tx: &Transaction<'_>) -> Result<Handled, HandleError> {
    let new = {
        let mut seen = SEEN.lock().expect("nobody panics");
        seen.get_or_insert_with(HashSet::new).insert(m.id.as_str().to_owned())
    };
    if !new {
        return Ok(Handled::Duplicate);
    }
    let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
    match tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await? {
        0 => Err(HandleError::Unknown),
        _ => Ok(Handled::Applied),
    }
}
