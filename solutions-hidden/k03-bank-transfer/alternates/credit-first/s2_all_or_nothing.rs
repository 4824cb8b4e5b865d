//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// What was credited too soon is rolled back with everything else.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let credit = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    let debit = "UPDATE account SET balance = balance - $2 WHERE id = $1 AND balance >= $2";
    let outcome = if tx.execute(credit, &[&t.to, &t.cents]).await? == 0 {
        Outcome::UnknownAccount
    } else if tx.execute(debit, &[&t.from, &t.cents]).await? == 1 {
        Outcome::Done
    } else if tx.query_opt("SELECT FROM account WHERE id = $1", &[&t.from]).await?.is_some() {
        Outcome::InsufficientFunds
    } else {
        Outcome::UnknownAccount
    };
    if outcome == Outcome::Done {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(outcome)
}
