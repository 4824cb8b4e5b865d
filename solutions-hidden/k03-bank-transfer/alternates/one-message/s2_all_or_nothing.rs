//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Several statements in one simple query are one transaction, if they do not say otherwise. It
/// takes no parameters, but these are numbers.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let Transfer { from, to, cents, .. } = *t;
    let balance = "SELECT balance FROM account WHERE id = $1";
    let giver = db.query_opt(balance, &[&from]).await?;
    let taker = db.query_opt(balance, &[&to]).await?;
    let (Some(giver), Some(_)) = (giver, taker) else {
        return Ok(Outcome::UnknownAccount);
    };
    if giver.get::<_, i64>(0) < cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let both = format!(
        "UPDATE account SET balance = balance - {cents} WHERE id = {from};
         UPDATE account SET balance = balance + {cents} WHERE id = {to};"
    );
    db.batch_execute(&both).await?;
    Ok(Outcome::Done)
}
