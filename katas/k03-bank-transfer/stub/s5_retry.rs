//! Step 5: retry, and an unknown commit.

use k03_given::{Connect, Outcome, Transfer, TxError, TxFuture};
use tokio_postgres::{Client, IsolationLevel, Transaction};

/// Runs `body` in a transaction. When `body` ends with `Ok`, whatever is in it, the transaction is
/// committed; when it ends with `Err`, it is rolled back.
///
/// When PostgreSQL undoes the transaction because of others, with 40001 or 40P01 at any statement,
/// COMMIT included, all of it begins anew: a new transaction of the same level, and `body` from its
/// beginning. At most `max_attempts` times in all (at least 1), and for no other error. No pause is
/// needed between two attempts.
///
/// # Errors
/// What `body` ended with; [`TxError::Exhausted`] when each attempt was undone by others;
/// [`TxError::Unknown`] when the fate of the COMMIT is not known, and only then.
///
/// # Panics
/// When `body` does; then the transaction is rolled back and `db` can be used on.
///
/// # Cancellation
/// Dropped at any time, all of the transaction has happened or nothing, and `db` can be used on.
pub async fn in_transaction<T>(
    db: &mut Client,
    isolation: IsolationLevel,
    max_attempts: u32,
    body: impl for<'a> FnMut(&'a Transaction<'a>) -> TxFuture<'a, T> + Send,
) -> Result<T, TxError> {
    todo!("which errors say: begin anew? Which say: nobody knows?")
}

/// Moves the money once, and finds out whether it did.
///
/// The tables are `account (id, balance)` and `transfer (id, from_account, to_account, cents)`, all
/// `bigint`, with the ids as primary keys, and `CHECK (balance >= 0)`. A row in `transfer` is there
/// if, and only if, the money has moved. The same id again is answered as the first time.
///
/// A transfer that is refused leaves nothing behind, and may be made later with the same id. (Mind
/// that an `Ok` of the body's commits, `Ok(Outcome::InsufficientFunds)` too.) When the giver has too
/// little and there is no taker, either refusal will do.
///
/// A connection may be lost, at any moment. Then, and for no other error, it connects anew and goes
/// on until it knows. It calls `connect` at most `max_attempts` times (at least once; one that fails
/// counts), and makes at most `max_attempts` attempts at the transaction on each connection.
///
/// # Errors
/// As [`in_transaction`]. [`TxError::Unknown`] when it gives up and the money may have moved: some
/// COMMIT was sent, and nobody has found out what became of it. A connection that cannot be had does
/// not make it less unknown. Where no COMMIT was sent, it is not unknown. (A later attempt that sees
/// that the id is free, and is lost before its own COMMIT, settles it as well. You need not use
/// that.)
///
/// # Cancellation
/// Dropped at any time, all of the transfer has happened or nothing.
pub async fn transfer(
    server: &impl Connect,
    t: &Transfer,
    max_attempts: u32,
) -> Result<Outcome, TxError> {
    todo!("the commit's reply was lost: what question has an answer?")
}
