//! Step 4: versions, and SERIALIZABLE.
//!
//! Both are optimistic: nobody waits to be the only one. Who finds that others were faster looks
//! again, and begins anew.

use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

/// Sells, and decides in Rust on what it has read without a lock. The change is made only if the
/// item still has the version that was read; otherwise all begins anew, with at most
/// `max_attempts` attempts (at least 1). No pause is needed between two attempts.
///
/// The tables are [`k04_given::tables::SHOP`]. Stock and sale change together or not at all. Others
/// sell from the same tables, and not all of them with this function. Whoever changes an item raises
/// its `version` by 1: you too, with each sale.
///
/// # Errors
/// [`BuyError::SoldOut`] when there are fewer units than wanted, or there is no such item;
/// [`BuyError::Contended`] when others were faster in every attempt, even if the last of them took
/// the last unit: nobody has looked since. PostgreSQL's own, at the first that comes.
///
/// # Cancellation
/// As in step 2.
pub async fn buy_versioned(db: &mut Client, b: &Buy, max_attempts: u32) -> Result<Sale, BuyError> {
    todo!("what says that nobody was faster, and what do you know when somebody was?")
}

/// Sells in a transaction at SERIALIZABLE, with the statements of step 1, and lets PostgreSQL find
/// out whether others were in the way. Then all begins anew, with at most `max_attempts` attempts
/// (at least 1). No pause is needed between two attempts.
///
/// PostgreSQL says so with 40001 (`serialization_failure`) or 40P01 (`deadlock_detected`), at any
/// statement, COMMIT included. Otherwise as [`buy_versioned`]: here, too, each sale raises the
/// `version`.
///
/// # Errors
/// [`BuyError::SoldOut`] when there are fewer units than wanted, or there is no such item;
/// [`BuyError::Contended`] when every attempt was undone because of others; PostgreSQL's other
/// errors, at the first that comes.
///
/// # Cancellation
/// As in step 2.
pub async fn buy_serializable(
    db: &mut Client,
    b: &Buy,
    max_attempts: u32,
) -> Result<Sale, BuyError> {
    todo!("where does the transaction begin, and which errors begin it anew?")
}
