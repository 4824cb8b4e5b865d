//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// One transfer at a time, whichever process it is in: an advisory lock around it.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    db.execute("SELECT pg_advisory_lock(7)", &[]).await?;
    let tx = db.transaction().await?;
    let lock = "SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id";
    let accounts = tx.query(lock, &[&t.from, &t.to]).await?;
    if accounts.len() < 2 {
        return Ok(Outcome::UnknownAccount);
    }
    let gives = |row: &&tokio_postgres::Row| row.get::<_, i64>("id") == t.from;
    let balance: i64 = accounts.iter().find(gives).map_or(0, |row| row.get("balance"));
    if balance < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(change, &[&t.from, &-t.cents]).await?;
    tx.execute(change, &[&t.to, &t.cents]).await?;
    tx.commit().await?;
    db.execute("SELECT pg_advisory_unlock(7)", &[]).await?;
    Ok(Outcome::Done)
}
