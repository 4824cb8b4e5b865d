//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// The debit checks and takes in one statement, so nobody can get in between.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let known = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
    if db.query_one(known, &[&t.from, &t.to]).await?.get::<_, i64>(0) < 2 {
        return Ok(Outcome::UnknownAccount);
    }
    let debit = "UPDATE account SET balance = balance - $2 WHERE id = $1 AND balance >= $2";
    if db.execute(debit, &[&t.from, &t.cents]).await? == 0 {
        return Ok(Outcome::InsufficientFunds);
    }
    let credit = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    db.execute(credit, &[&t.to, &t.cents]).await?;
    Ok(Outcome::Done)
}
