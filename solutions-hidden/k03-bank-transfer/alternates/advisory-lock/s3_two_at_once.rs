//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Transfers stand in one line, in the database. Right, and as slow as one line is.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    tx.execute("SELECT pg_advisory_xact_lock(7)", &[]).await?;
    let balance = "SELECT balance FROM account WHERE id = $1";
    let Some(giver) = tx.query_opt(balance, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    if tx.query_opt(balance, &[&t.to]).await?.is_none() {
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
