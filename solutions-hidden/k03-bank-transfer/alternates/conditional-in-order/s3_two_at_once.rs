//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Each UPDATE checks and writes at once; the smaller id comes first, whichever side it is on.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1 AND balance + $2 >= 0";
    let mut changes = [(t.from, -t.cents), (t.to, t.cents)];
    changes.sort_unstable();
    for (id, cents) in changes {
        if tx.execute(change, &[&id, &cents]).await? == 0 {
            let known = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
            let known: i64 = tx.query_one(known, &[&t.from, &t.to]).await?.get(0);
            return Ok(if known == 2 {
                Outcome::InsufficientFunds
            } else {
                Outcome::UnknownAccount
            });
        }
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}
