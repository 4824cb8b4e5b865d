//! Step 2: all or nothing.

use k03_given::{Outcome, Transfer};
use tokio_postgres::Client;

/// Moves the money: all of it or nothing, however this function is left.
///
/// The table is `account (id bigint PRIMARY KEY, balance bigint NOT NULL)`. It may have further
/// constraints, checked at each statement or only at COMMIT. In this step nobody else uses it.
///
/// When the giver has too little and there is no taker, either refusal will do.
///
/// However it ends, it leaves `db` as it was: outside of any transaction, without a lock and without
/// a setting of its own. The next caller gets the same connection from a pool.
///
/// # Errors
/// PostgreSQL's own. After an error that PostgreSQL has sent, nothing has happened. (When the
/// connection is lost, nobody can know: step 5.)
///
/// # Cancellation
/// Dropped at any time, it leaves all of the transfer or nothing, and `db` ready for its next use,
/// outside of any transaction.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, tokio_postgres::Error> {
    todo!("what must be between BEGIN and COMMIT, and who says ROLLBACK?")
}
