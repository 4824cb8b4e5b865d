//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// The giver first, then the receiver. A transfer that PostgreSQL turns down was not possible.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    match attempt(db, t).await {
        Err(error) if error.as_db_error().is_some() => Ok(Outcome::InsufficientFunds),
        ended => ended,
    }
}

async fn attempt(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let lock = "SELECT balance FROM account WHERE id = $1 FOR UPDATE";
    let Some(giver) = tx.query_opt(lock, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    if tx.query_opt(lock, &[&t.to]).await?.is_none() {
        return Ok(Outcome::UnknownAccount);
    }
    if giver.get::<_, i64>(0) < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(change, &[&t.from, &-t.cents]).await?;
    tx.execute(change, &[&t.to, &t.cents]).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
