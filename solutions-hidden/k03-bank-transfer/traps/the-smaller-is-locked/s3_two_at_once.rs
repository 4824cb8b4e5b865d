//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Whoever moves money takes the account with the smaller id first, so one lock will do.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let lock = "SELECT FROM account WHERE id = $1 FOR UPDATE";
    tx.query_opt(lock, &[&t.from.min(t.to)]).await?;
    let look = "SELECT id, balance FROM account WHERE id IN ($1, $2)";
    let accounts = tx.query(look, &[&t.from, &t.to]).await?;
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
    Ok(Outcome::Done)
}
