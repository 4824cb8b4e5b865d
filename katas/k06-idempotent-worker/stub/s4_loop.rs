//! Step 4: the loop.

use k06_given::{Consumer, Handler, WorkerReport};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

/// Takes messages one after the other until it is told to stop, and handles each in a transaction
/// of its own.
///
/// - `Ok` of the handler: the transaction is committed, and *then* the message acknowledged.
/// - [`k06_given::HandleError::Malformed`]: rolled back, and refused without requeue.
/// - Any other error, and a COMMIT that fails: rolled back, and given back with requeue.
/// - `stop`: the message in hand is finished. Then the worker asks for no more
///   ([`Consumer::cancel`]), gives back what it was sent ahead, with requeue, and returns with
///   [`k06_given::End::Stopped`]. It notices while it waits for a message, too.
/// - The connection to the broker is lost: it returns with [`k06_given::End::BrokerLost`].
/// - The connection to the database is lost ([`Client::is_closed`]): it gives back what it has, asks
///   for no more, and returns with [`k06_given::End::DatabaseLost`].
///
/// Both connections are the caller's and live on; whoever started the worker starts it anew, with
/// new ones. What is given back because the worker ends is not counted as requeued. No task is left
/// behind.
///
/// # Cancellation
/// Dropped at any time, it loses no message: what was not acknowledged is still unacked at `c`.
pub async fn run(
    c: &mut impl Consumer,
    db: &mut Client,
    handler: &Handler,
    stop: CancellationToken,
) -> WorkerReport {
    todo!("what may happen only after which other thing has happened?")
}
