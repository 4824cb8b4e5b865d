//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Pays first, and takes it back if there was not enough.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1 RETURNING balance";
    let tx = db.transaction().await?;
    let Some(giver) = tx.query_opt(change, &[&t.from, &-t.cents]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    if tx.query_opt(change, &[&t.to, &t.cents]).await?.is_none() {
        return Ok(Outcome::UnknownAccount);
    }
    tx.commit().await?;
    if giver.get::<_, i64>(0) >= 0 {
        return Ok(Outcome::Done);
    }
    let tx = db.transaction().await?;
    tx.execute(change, &[&t.to, &-t.cents]).await?;
    tx.execute(change, &[&t.from, &t.cents]).await?;
    tx.commit().await?;
    Ok(Outcome::InsufficientFunds)
}
