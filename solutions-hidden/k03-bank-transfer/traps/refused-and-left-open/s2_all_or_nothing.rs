//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// A refusal has changed nothing, so there is nothing to roll back.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    db.batch_execute("BEGIN").await?;
    let balance = "SELECT balance FROM account WHERE id = $1";
    let Some(giver) = db.query_opt(balance, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    if db.query_opt(balance, &[&t.to]).await?.is_none() {
        return Ok(Outcome::UnknownAccount);
    }
    if giver.get::<_, i64>(0) < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let ended = change(db, t).await;
    db.batch_execute(if ended.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    ended.map(|()| Outcome::Done)
}

async fn change(db: &Client, t: &Transfer) -> Result<(), Error> {
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    db.execute(change, &[&t.from, &-t.cents]).await?;
    db.execute(change, &[&t.to, &t.cents]).await?;
    Ok(())
}
