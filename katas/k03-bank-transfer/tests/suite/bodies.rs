//! What step 5 runs in a transaction, on which tables, and how its endings are told.

use std::fmt::Debug;

use k03::s5_retry::in_transaction;
use k03_given::{Outcome, TxError, TxFuture};
use postgres_lab::Db;
use postgres_lab::wire::sessions::Scenario;
use tokio_postgres::IsolationLevel::ReadCommitted;
use tokio_postgres::error::Severity;
use tokio_postgres::{Client, Error, Transaction};

use suite::say::same;

pub const TABLES: &str = "
    CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
    CREATE TABLE transfer (
        id bigint PRIMARY KEY, from_account bigint NOT NULL, to_account bigint NOT NULL,
        cents bigint NOT NULL
    );";
pub const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 50);";
pub const TAKE_30: &str = "UPDATE account SET balance = balance - 30 WHERE id = 1";

/// Takes `cents` from account 1, and writes what it has computed from what it has read.
pub fn take(cents: i64) -> impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, i64> + Send {
    move |tx| {
        Box::pin(async move {
            let look = "SELECT balance FROM account WHERE id = 1";
            let rest = tx.query_one(look, &[]).await?.get::<_, i64>(0) - cents;
            tx.execute("UPDATE account SET balance = $1 WHERE id = 1", &[&rest]).await?;
            Ok(rest)
        })
    }
}

/// Takes 50 from account `id` if all accounts together hold 150.
pub fn own_row(id: i64) -> impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, bool> + Send {
    move |tx| {
        Box::pin(async move {
            let sum = "SELECT sum(balance)::bigint FROM account";
            let enough = tx.query_one(sum, &[]).await?.get::<_, i64>(0) >= 150;
            if enough {
                let take = "UPDATE account SET balance = balance - 50 WHERE id = $1";
                tx.execute(take, &[&id]).await?;
            }
            Ok(enough)
        })
    }
}

/// Moves `cents` from account `first` of two to the other one, in that order.
pub fn both(
    first: i64,
    cents: i64,
) -> impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, ()> + Send {
    move |tx| {
        Box::pin(async move {
            let add = "UPDATE account SET balance = balance + $2 WHERE id = $1";
            tx.execute(add, &[&first, &-cents]).await?;
            tx.execute(add, &[&(3 - first), &cents]).await?;
            Ok(())
        })
    }
}

pub fn scenario() -> Scenario {
    Scenario::new(TABLES, ROWS)
}

pub async fn bank(db: &Db) -> (Client, Client) {
    let (client, admin) = (db.client_here().await, db.admin().await);
    client.batch_execute(&format!("{TABLES} {ROWS}")).await.expect("the bank's tables");
    (client, admin)
}

/// A statement that PostgreSQL refuses with this SQLSTATE.
pub fn fails_with(code: &str) -> String {
    format!("DO $$ BEGIN RAISE EXCEPTION 'as ordered' USING ERRCODE = '{code}'; END $$")
}

/// Whether it says that the session ends.
fn is_fatal(error: &Error) -> bool {
    error.as_db_error().is_some_and(|db| db.parsed_severity() == Some(Severity::Fatal))
}

/// An ending as text that does not change from run to run.
pub fn told<T: Debug>(answer: Result<T, TxError>) -> Result<T, String> {
    let code = |error: &Error| match error.code() {
        Some(code) if is_fatal(error) => format!("FATAL {}", code.code()),
        Some(code) => code.code().to_owned(),
        None => "the connection is lost".to_owned(),
    };
    answer.map_err(|error| match error {
        TxError::Rejected(why) => format!("Rejected: {why}"),
        TxError::Sql(error) => format!("Sql: {}", code(&error)),
        TxError::Exhausted { attempts, last } => {
            format!("Exhausted after {attempts}: {}", code(&last))
        }
        TxError::Unknown(_) => "Unknown".to_owned(),
    })
}

/// The debit alone, in a transaction of the learner's.
pub async fn take_30(client: &mut Client) {
    let answer = in_transaction(client, ReadCommitted, 1, |tx| {
        Box::pin(async move {
            tx.execute(TAKE_30, &[]).await?;
            Ok(Outcome::Done)
        })
    })
    .await;
    same("The next transaction on that connection", told(answer), Ok(Outcome::Done));
}

pub async fn books(admin: &Client) -> Vec<i64> {
    let rows = admin.query("SELECT balance FROM account ORDER BY id", &[]).await;
    rows.expect("the books").iter().map(|row| row.get(0)).collect()
}
