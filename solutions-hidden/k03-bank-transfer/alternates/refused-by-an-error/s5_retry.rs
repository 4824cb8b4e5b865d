//! Step 5: retry, and an unknown commit.

use k03_given::{Connect, Outcome, Transfer, TxError, TxFuture};
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

/// Runs `body` in a transaction and commits it, anew as long as others are the reason why not.
pub async fn in_transaction<T>(
    db: &mut Client,
    isolation: IsolationLevel,
    max_attempts: u32,
    mut body: impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, T> + Send,
) -> Result<T, TxError> {
    let mut attempts = 1;
    loop {
        match attempt(db, isolation, &mut body).await {
            Err(TxError::Sql(error)) if undone_by_others(&error) => {
                if attempts >= max_attempts {
                    return Err(TxError::Exhausted { attempts, last: error });
                }
                attempts += 1;
            }
            ended => return ended,
        }
    }
}

/// Once. Every way out but a commit drops the transaction, which rolls it back: errors, a panic of
/// `body`, and a future that is dropped.
async fn attempt<T>(
    db: &mut Client,
    isolation: IsolationLevel,
    body: &mut (impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, T> + Send),
) -> Result<T, TxError> {
    let tx = db.build_transaction().isolation_level(isolation).start().await?;
    let value = body(&tx).await?;
    match tx.commit().await {
        Ok(()) => Ok(value),
        Err(error) if is_an_answer(&error) => Err(TxError::Sql(error)),
        Err(error) => Err(TxError::Unknown(error)),
    }
}

fn undone_by_others(error: &Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Whether PostgreSQL has answered the COMMIT, with a no. A FATAL says that the session ends, which
/// it may do after the commit, too.
fn is_an_answer(error: &Error) -> bool {
    error.as_db_error().is_some_and(|db| db.parsed_severity() == Some(Severity::Error))
}

/// Moves the money once. To look for the id after a lost reply would not do: the server may still
/// be at work on that commit. To do it again with the same id waits for it.
pub async fn transfer(
    server: &impl Connect,
    t: &Transfer,
    max_attempts: u32,
) -> Result<Outcome, TxError> {
    let mut unknown = false;
    let mut connections = 0;
    loop {
        connections += 1;
        let error = match once(server, t, max_attempts).await {
            Err(error) => error,
            done => return done,
        };
        unknown |= matches!(error, TxError::Unknown(_));
        let lost = matches!(error, TxError::Unknown(_))
            || matches!(&error, TxError::Sql(cause) if !is_an_answer(cause));
        if lost && connections < max_attempts {
            continue;
        }
        return Err(match error {
            TxError::Sql(cause) | TxError::Exhausted { last: cause, .. } if unknown => {
                TxError::Unknown(cause)
            }
            error => error,
        });
    }
}

async fn once(server: &impl Connect, t: &Transfer, max_attempts: u32) -> Result<Outcome, TxError> {
    let mut db = server.connect().await?;
    let t = *t;
    let ended = in_transaction(&mut db, IsolationLevel::ReadCommitted, max_attempts, |tx| {
        Box::pin(move_money(tx, t))
    });
    match ended.await {
        Err(TxError::Rejected(why)) if why == UNKNOWN => Ok(Outcome::UnknownAccount),
        Err(TxError::Rejected(why)) if why == POOR => Ok(Outcome::InsufficientFunds),
        ended => ended,
    }
}

const UNKNOWN: &str = "unknown account";
const POOR: &str = "insufficient funds";

/// Writes first and asks afterwards, so a refusal has to be an error: that rolls back.
async fn move_money(tx: &Transaction<'_>, t: Transfer) -> Result<Outcome, TxError> {
    let id = "INSERT INTO transfer (id, from_account, to_account, cents) VALUES ($1, $2, $3, $4)
              ON CONFLICT (id) DO NOTHING";
    if tx.execute(id, &[&t.id, &t.from, &t.to, &t.cents]).await? == 0 {
        return Ok(Outcome::Done);
    }
    let mut changes = [(t.from, -t.cents), (t.to, t.cents)];
    changes.sort_unstable();
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1 AND balance + $2 >= 0";
    for (account, cents) in changes {
        if tx.execute(change, &[&account, &cents]).await? == 0 {
            let there = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
            let there: i64 = tx.query_one(there, &[&t.from, &t.to]).await?.get(0);
            return Err(TxError::Rejected(if there < 2 { UNKNOWN } else { POOR }.into()));
        }
    }
    Ok(Outcome::Done)
}
