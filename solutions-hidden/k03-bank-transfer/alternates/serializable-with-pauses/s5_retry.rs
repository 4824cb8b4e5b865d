//! Step 5: retry, and an unknown commit.

use std::time::Duration;

use k03_given::{Connect, Outcome, Transfer, TxError, TxFuture};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

const UNDONE: [SqlState; 2] =
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];

/// How one attempt went on.
enum Next<T> {
    End(Result<T, TxError>),
    Again(Error),
}

pub async fn in_transaction<T>(
    db: &mut Client,
    isolation: IsolationLevel,
    max_attempts: u32,
    mut body: impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, T> + Send,
) -> Result<T, TxError> {
    for attempts in 1.. {
        let tx = db.build_transaction().isolation_level(isolation).start().await?;
        let next = match body(&tx).await {
            Ok(value) => committed(value, tx.commit().await),
            Err(error) => {
                // A connection that is gone has rolled back already: the body's error counts.
                let _ = tx.rollback().await;
                match error {
                    TxError::Sql(error) if is_undone(&error) => Next::Again(error),
                    error => Next::End(Err(error)),
                }
            }
        };
        match next {
            Next::End(ended) => return ended,
            Next::Again(last) if attempts >= max_attempts => {
                return Err(TxError::Exhausted { attempts, last });
            }
            Next::Again(_) => tokio::time::sleep(Duration::from_millis(10) * attempts).await,
        }
    }
    unreachable!("the loop has no end of its own")
}

fn committed<T>(value: T, commit: Result<(), Error>) -> Next<T> {
    let Err(error) = commit else { return Next::End(Ok(value)) };
    // 57P01 and its like come when the server ends the session, perhaps after the commit.
    if is_undone(&error) {
        Next::Again(error)
    } else if is_lost(&error) {
        Next::End(Err(TxError::Unknown(error)))
    } else {
        Next::End(Err(TxError::Sql(error)))
    }
}

fn is_undone(error: &Error) -> bool {
    error.code().is_some_and(|code| UNDONE.contains(code))
}

/// Each connection asks for the same id; a lost one leaves open whether it is there already.
pub async fn transfer(
    server: &impl Connect,
    t: &Transfer,
    max_attempts: u32,
) -> Result<Outcome, TxError> {
    let mut open: Option<Error> = None;
    let mut last: Option<Error> = None;
    for _ in 0..max_attempts {
        let mut db = match server.connect().await {
            Ok(db) => db,
            Err(error) => {
                last = Some(error);
                continue;
            }
        };
        let t = *t;
        let ended = in_transaction(&mut db, IsolationLevel::Serializable, max_attempts, |tx| {
            Box::pin(move_money(tx, t))
        });
        match ended.await {
            Err(TxError::Unknown(error)) => open = Some(error),
            Err(TxError::Sql(error)) if is_lost(&error) => last = Some(error),
            Err(error) if open.is_none() => return Err(error),
            Err(_) => break,
            Ok(outcome) => return Ok(outcome),
        }
    }
    match (open, last) {
        (Some(error), _) => Err(TxError::Unknown(error)),
        (None, Some(error)) => Err(TxError::Sql(error)),
        (None, None) => Err(TxError::Rejected("no connection was to be tried".into())),
    }
}

fn is_lost(error: &Error) -> bool {
    error.code().is_none_or(|code| code.code().starts_with("57P"))
}

async fn move_money(tx: &Transaction<'_>, t: Transfer) -> Result<Outcome, TxError> {
    let done = "INSERT INTO transfer (id, from_account, to_account, cents)
                VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    if tx.query_opt("SELECT FROM transfer WHERE id = $1", &[&t.id]).await?.is_some() {
        return Ok(Outcome::Done);
    }
    let look = "SELECT balance FROM account WHERE id = $1";
    let (Some(giver), Some(taker)) =
        (tx.query_opt(look, &[&t.from]).await?, tx.query_opt(look, &[&t.to]).await?)
    else {
        return Ok(Outcome::UnknownAccount);
    };
    let (giver, taker): (i64, i64) = (giver.get(0), taker.get(0));
    if giver < t.cents {
        return Ok(Outcome::InsufficientFunds);
    }
    tx.execute(done, &[&t.id, &t.from, &t.to, &t.cents]).await?;
    let set = "UPDATE account SET balance = $2 WHERE id = $1";
    tx.execute(set, &[&t.from, &(giver - t.cents)]).await?;
    tx.execute(set, &[&t.to, &(taker + t.cents)]).await?;
    Ok(Outcome::Done)
}
