//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Reads both balances, computes the new ones, writes them: all in one transaction.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let balance = "SELECT balance FROM account WHERE id = $1";
    let Some(giver) = tx.query_opt(balance, &[&t.from]).await? else {
        return Ok(Outcome::UnknownAccount);
    };
    let Some(taker) = tx.query_opt(balance, &[&t.to]).await? else {
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
