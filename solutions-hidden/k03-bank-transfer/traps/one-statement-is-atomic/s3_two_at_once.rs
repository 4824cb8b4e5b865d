//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::{Client, Error};

/// Decides and changes in one statement: nothing can come in between.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let both = "SELECT balance FROM account WHERE id IN ($1, $2) ORDER BY id = $1 DESC";
    let tx = db.transaction().await?;
    let move_all = "
        UPDATE account
        SET balance = balance + CASE id WHEN $1 THEN -$3::bigint ELSE $3::bigint END
        WHERE id IN ($1, $2)
          AND (SELECT count(*) FROM account WHERE id IN ($1, $2)) = 2
          AND (SELECT balance FROM account WHERE id = $1) >= $3::bigint";
    if tx.execute(move_all, &[&t.from, &t.to, &t.cents]).await? == 2 {
        tx.commit().await?;
        return Ok(Outcome::Done);
    }
    let found = tx.query(both, &[&t.from, &t.to]).await?.len();
    Ok(if found == 2 { Outcome::InsufficientFunds } else { Outcome::UnknownAccount })
}
