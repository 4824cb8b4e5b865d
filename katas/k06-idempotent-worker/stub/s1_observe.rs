//! Step 1: see it happen twice.

use k06_given::{Captured, Delivery, HandleError};
use tokio_postgres::Client;

/// Does what the message says, as everybody does it the first time: one UPDATE that raises the
/// merchant's balance. No transaction, no memory. The tables are [`k06_given::tables::LEDGER`].
///
/// # Errors
/// [`HandleError::Unknown`] when there is no such merchant; PostgreSQL's own.
pub async fn handle_naive(m: &Delivery<Captured>, db: &mut Client) -> Result<(), HandleError> {
    todo!("one UPDATE, and a look at how many rows it has changed")
}

/// Where the worker must die for one message to be paid out twice by your [`handle_naive`].
///
/// The worker, A, takes three steps a message: it is *delivered*, your UPDATE runs, it is
/// *acknowledged*. When its process dies it starts anew, and the broker delivers again what was not
/// acknowledged.
///
/// Written as a replay code: `A` lets A take a step, `A2` two. `A!1` is a step at which A dies
/// *before* its effect, `A!2` one at which it dies after the effect, before it hears of it. So
/// `A.A!1` lets it take one step and die before the second. Where the code ends, A goes on to its
/// end.
pub fn losing_schedule() -> &'static str {
    todo!("after which step is the money there, and the broker does not know it yet?")
}
