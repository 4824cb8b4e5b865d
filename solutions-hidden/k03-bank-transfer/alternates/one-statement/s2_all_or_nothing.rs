//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// A single statement is a transaction of its own, whatever it writes.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let sql = "
        WITH debit AS (
            UPDATE account SET balance = balance - $3
            WHERE id = $1 AND balance >= $3 AND EXISTS (SELECT FROM account WHERE id = $2)
            RETURNING id
        ), credit AS (
            UPDATE account SET balance = balance + $3
            WHERE id = $2 AND EXISTS (SELECT FROM debit)
            RETURNING id
        )
        SELECT count(*) FROM credit";
    if db.query_one(sql, &[&t.from, &t.to, &t.cents]).await?.get::<_, i64>(0) == 1 {
        return Ok(Outcome::Done);
    }
    let known = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
    let known: i64 = db.query_one(known, &[&t.from, &t.to]).await?.get(0);
    Ok(if known == 2 { Outcome::InsufficientFunds } else { Outcome::UnknownAccount })
}
