//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error, Transaction};

/// Sets the level once, for whatever comes.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let level = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE";
    db.batch_execute(level).await?;
    moves(db.transaction().await?, t).await
}

/// Reads, computes, writes.
async fn moves(tx: Transaction<'_>, t: &Transfer) -> Result<Outcome, Error> {
    let look = "SELECT balance FROM account WHERE id = $1";
    let Some(giver) = tx.query_opt(look, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    let Some(taker) = tx.query_opt(look, &[&t.to]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    let (giver, taker): (i64, i64) = (giver.get(0), taker.get(0));
    if giver < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let set = "UPDATE account SET balance = $2 WHERE id = $1";
    tx.execute(set, &[&t.from, &(giver - t.cents)]).await?;
    tx.execute(set, &[&t.to, &(taker + t.cents)]).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
