//! Step 4: schema and transfer id.

use k03_given::{Discrepancy, Outcome, Transfer};
use tokio_postgres::Client;

/// The tables, as SQL, with everything that PostgreSQL itself shall refuse.
///
/// - `account`: `id`, `opening` (its first balance), `balance`; all `bigint`.
/// - `transfer`: `id`, `from_account`, `to_account`, `cents`; all `bigint`. A row for each transfer
///   that was done. No other column must be given in an INSERT.
///
/// PostgreSQL shall refuse a balance below zero, a transfer of nothing or less, a transfer between
/// an account and itself or with an account that there is not, a second account or a second
/// transfer of the same id, and a row in which one of these columns is NULL.
pub const SCHEMA: &str = "";

/// Moves the money once, however often it is asked to: the same id again is the same transfer, and
/// answered as the first time.
///
/// Its row in `transfer` is there if, and only if, the money has moved. A transfer that ended with
/// another outcome than [`Outcome::Done`] leaves no row, and may be tried again later with the same
/// id.
///
/// You may rely on it that the callers never use an id for two different transfers.
///
/// # Errors
/// As in step 3: PostgreSQL's own, with 40001 and 40P01 among them.
///
/// # Cancellation
/// As in step 2.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, tokio_postgres::Error> {
    todo!("who decides whether an id is new, and when?")
}

/// The accounts whose balance is not their opening balance plus what they received, less what they
/// gave, in the order of their ids.
///
/// It may run at any time: a transfer that is under way is no discrepancy.
///
/// # Errors
/// PostgreSQL's own.
pub async fn reconcile(db: &mut Client) -> Result<Vec<Discrepancy>, tokio_postgres::Error> {
    todo!("what should each account hold, and as of which moment?")
}
