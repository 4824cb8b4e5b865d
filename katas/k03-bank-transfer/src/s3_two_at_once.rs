//! Step 3: two at once.

use k03_given::{Outcome, Transfer};
use tokio_postgres::Client;

/// Moves the money, whatever other sessions do meanwhile with the same accounts: each of them calls
/// this same function, or only looks.
///
/// Begin with a copy of your step 2. The table is the same.
///
/// # Errors
/// PostgreSQL's own. Here it may refuse a transfer because of another one, with 40001
/// (`serialization_failure`) or 40P01 (`deadlock_detected`): then nothing has happened, and to try
/// again is step 5's business.
///
/// # Cancellation
/// As in step 2.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, tokio_postgres::Error> {
    todo!("what you have read, is it still true when you write?")
}
