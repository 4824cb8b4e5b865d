//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// The debit checks and takes in one statement; what follows is undone with it.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let debit = "UPDATE account SET balance = balance - $2 WHERE id = $1 AND balance >= $2";
    if tx.execute(debit, &[&t.from, &t.cents]).await? == 0 {
        return Ok(Outcome::InsufficientFunds);
    }
    let credit = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    if tx.execute(credit, &[&t.to, &t.cents]).await? == 0 {
        return Ok(Outcome::UnknownAccount);
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}
