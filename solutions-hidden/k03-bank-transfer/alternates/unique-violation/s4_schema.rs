//! Step 4: schema and transfer id.

use k03_given::{Discrepancy, Outcome, Transfer};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Row};

pub const SCHEMA: &str = "
    CREATE TABLE account (
        id      bigint PRIMARY KEY,
        opening bigint NOT NULL,
        balance bigint NOT NULL CHECK (balance >= 0)
    );
    CREATE TABLE transfer (
        id           bigint PRIMARY KEY,
        from_account bigint NOT NULL REFERENCES account,
        to_account   bigint NOT NULL REFERENCES account CHECK (to_account <> from_account),
        cents        bigint NOT NULL CHECK (cents >= 1)
    );
";

/// What PostgreSQL refuses says what there is: an id twice, an account that is unknown, a balance
/// below zero.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    match attempt(db, t).await {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) => Ok(Outcome::Done),
            Some(&SqlState::FOREIGN_KEY_VIOLATION) => Ok(Outcome::UnknownAccount),
            Some(&SqlState::CHECK_VIOLATION) => Ok(Outcome::InsufficientFunds),
            _ => Err(error),
        },
    }
}

async fn attempt(db: &mut Client, t: &Transfer) -> Result<(), Error> {
    let tx = db.transaction().await?;
    let row = "INSERT INTO transfer (id, from_account, to_account, cents) VALUES ($1, $2, $3, $4)";
    tx.execute(row, &[&t.id, &t.from, &t.to, &t.cents]).await?;
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(change, &[&t.from, &-t.cents]).await?;
    tx.execute(change, &[&t.to, &t.cents]).await?;
    tx.commit().await
}

/// Every transfer is two bookings, and an opening balance is one, too.
pub async fn reconcile(db: &mut Client) -> Result<Vec<Discrepancy>, Error> {
    let sql = "
        SELECT account.id, sum(booking.cents)::bigint, account.balance
        FROM account
        JOIN (
            SELECT id AS account, opening AS cents FROM account
            UNION ALL SELECT from_account, -cents FROM transfer
            UNION ALL SELECT to_account, cents FROM transfer
        ) AS booking ON booking.account = account.id
        GROUP BY account.id, account.balance
        HAVING sum(booking.cents) <> account.balance
        ORDER BY account.id";
    let rows = db.query(sql, &[]).await?;
    let discrepancy =
        |row: &Row| Discrepancy { account: row.get(0), expected: row.get(1), actual: row.get(2) };
    Ok(rows.iter().map(discrepancy).collect())
}
