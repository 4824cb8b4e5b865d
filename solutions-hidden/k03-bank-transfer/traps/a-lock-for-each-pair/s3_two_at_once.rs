//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// One transfer at a time between the same two accounts.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let pair = t.from.min(t.to) * 1_000_000 + t.from.max(t.to);
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&pair]).await?;
    let look = "SELECT balance FROM account WHERE id = $1";
    let Some(giver) = tx.query_opt(look, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    if tx.query_opt(look, &[&t.to]).await?.is_none() {
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
