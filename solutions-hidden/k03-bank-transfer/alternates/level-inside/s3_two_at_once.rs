//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Reads, computes, writes, as if nobody else were there; where that is not so, it is refused.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    tx.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
    tx.batch_execute("SET LOCAL lock_timeout = '1min'").await?;
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
