//! Step 4: schema and transfer id.

use k03_given::{Discrepancy, Outcome, Transfer};
use tokio_postgres::{Client, Error, Row};

/// A CHECK is satisfied by NULL, so every column is NOT NULL as well.
pub const SCHEMA: &str = "
    CREATE TABLE account (
        id      bigint PRIMARY KEY,
        opening bigint NOT NULL CHECK (opening >= 0),
        balance bigint NOT NULL CHECK (balance >= 0)
    );
    CREATE TABLE transfer (
        id           bigint PRIMARY KEY,
        from_account bigint NOT NULL REFERENCES account,
        to_account   bigint NOT NULL REFERENCES account,
        cents        bigint NOT NULL CHECK (cents > 0),
        CHECK (from_account <> to_account)
    );
";

/// Two calls with the same id want the same accounts, so the locks put them in an order; the second
/// one then sees the row of the first.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let lock = "SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE";
    let accounts = tx.query(lock, &[&t.from, &t.to]).await?;
    if accounts.len() < 2 {
        return Ok(Outcome::UnknownAccount);
    }
    // Before the balance is looked at: done is done, whatever the account holds by now.
    let id = "SELECT FROM transfer WHERE id = $1";
    if tx.query_opt(id, &[&t.id]).await?.is_some() {
        return Ok(Outcome::Done);
    }
    let gives = |row: &&Row| row.get::<_, i64>("id") == t.from;
    let balance: i64 = accounts.iter().find(gives).map_or(0, |row| row.get("balance"));
    if balance < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(change, &[&t.from, &-t.cents]).await?;
    tx.execute(change, &[&t.to, &t.cents]).await?;
    let done = "INSERT INTO transfer (id, from_account, to_account, cents) VALUES ($1, $2, $3, $4)";
    tx.execute(done, &[&t.id, &t.from, &t.to, &t.cents]).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// One statement, so one snapshot: no transfer is half in it. An account without transfers has its
/// row, too, and sums of `bigint` are `numeric` in PostgreSQL.
pub async fn reconcile(db: &mut Client) -> Result<Vec<Discrepancy>, Error> {
    let sql = "
        SELECT id, expected, balance
        FROM (
            SELECT a.id, a.balance, (
                a.opening
                + coalesce((SELECT sum(cents) FROM transfer WHERE to_account = a.id), 0)
                - coalesce((SELECT sum(cents) FROM transfer WHERE from_account = a.id), 0)
            )::bigint AS expected
            FROM account a
        ) AS books
        WHERE expected <> balance
        ORDER BY id::text";
    let rows = db.query(sql, &[]).await?;
    let discrepancy =
        |row: &Row| Discrepancy { account: row.get(0), expected: row.get(1), actual: row.get(2) };
    Ok(rows.iter().map(discrepancy).collect())
}
