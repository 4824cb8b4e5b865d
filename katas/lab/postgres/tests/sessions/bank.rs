//! Code as a learner writes it: plain tokio-postgres.

use postgres_lab::wire::sessions::Scenario;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, IsolationLevel};

pub const SCHEMA: &str = "CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL)";
pub const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 0), (3, 0)";

pub type Transfer = (i32, i32, i64);

/// Reads, computes, writes.
pub async fn naive(db: &mut Client, (from, to, amount): Transfer) -> Result<bool, Error> {
    let tx = db.transaction().await?;
    let row = tx.query_one("SELECT balance FROM account WHERE id = $1", &[&from]).await?;
    let balance: i64 = row.get(0);
    if balance < amount {
        return Ok(false);
    }
    let rest = balance - amount;
    tx.execute("UPDATE account SET balance = $2 WHERE id = $1", &[&from, &rest]).await?;
    let add = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(add, &[&to, &amount]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Locks both rows, in the order of their ids or as the caller names them.
pub async fn locked(
    db: &mut Client,
    (from, to, amount): Transfer,
    ordered: bool,
) -> Result<bool, Error> {
    let tx = db.transaction().await?;
    let mut balance = 0;
    let ids = if ordered && from > to { [to, from] } else { [from, to] };
    for id in ids {
        let sql = "SELECT balance FROM account WHERE id = $1 FOR UPDATE";
        let row = tx.query_one(sql, &[&id]).await?;
        if id == from {
            balance = row.get(0);
        }
    }
    if balance < amount {
        return Ok(false);
    }
    let add = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(add, &[&from, &-amount]).await?;
    tx.execute(add, &[&to, &amount]).await?;
    tx.commit().await?;
    Ok(true)
}

async fn once(
    db: &mut Client,
    (from, to, amount): Transfer,
    level: IsolationLevel,
) -> Result<bool, Error> {
    let tx = db.build_transaction().isolation_level(level).start().await?;
    let row = tx.query_one("SELECT balance FROM account WHERE id = $1", &[&from]).await?;
    let balance: i64 = row.get(0);
    if balance < amount {
        return Ok(false);
    }
    let rest = balance - amount;
    tx.execute("UPDATE account SET balance = $2 WHERE id = $1", &[&from, &rest]).await?;
    let add = "UPDATE account SET balance = balance + $2 WHERE id = $1";
    tx.execute(add, &[&to, &amount]).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn retried(
    db: &mut Client,
    transfer: Transfer,
    level: IsolationLevel,
) -> Result<bool, Error> {
    loop {
        match once(db, transfer, level).await {
            Err(e) if matches!(e.code().map(SqlState::code), Some("40001" | "40P01")) => {}
            result => return result,
        }
    }
}

pub fn bank() -> Scenario {
    Scenario::new(SCHEMA, ROWS)
        .serializable_outcome()
        .invariant("the total is 100", "SELECT sum(balance) = 100 FROM account")
        .invariant("no balance is negative", "SELECT min(balance) >= 0 FROM account")
}

pub const DOCTORS: &str = "CREATE TABLE doctor (name text PRIMARY KEY, on_call boolean NOT NULL)";
pub const ON_CALL: &str = "INSERT INTO doctor VALUES ('ann', true), ('bob', true)";

/// Goes off call if somebody else stays.
pub async fn leaves(
    db: &mut Client,
    me: &'static str,
    level: IsolationLevel,
) -> Result<bool, Error> {
    let tx = db.build_transaction().isolation_level(level).start().await?;
    let row = tx.query_one("SELECT count(*) FROM doctor WHERE on_call", &[]).await?;
    let may = row.get::<_, i64>(0) >= 2;
    if may {
        tx.execute("UPDATE doctor SET on_call = false WHERE name = $1", &[&me]).await?;
    }
    tx.commit().await?;
    Ok(may)
}

pub fn doctors(level: IsolationLevel) -> Scenario {
    Scenario::new(DOCTORS, ON_CALL)
        .lane("A: ann leaves", move |db| Box::pin(leaves(db, "ann", level)))
        .lane("B: bob leaves", move |db| Box::pin(leaves(db, "bob", level)))
        .retryable(&["40001"])
        .serializable_outcome()
        .invariant("somebody is on call", "SELECT count(*) > 0 FROM doctor WHERE on_call")
}
