//! Step 4: the loop.

use k06_given::{
    ConnectionLost, Consumer, Delivery, End, HandleError, Handled, Handler, Requeue, WorkerReport,
};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

/// What the broker is told of a message.
enum Settle {
    Ack,
    Nack(Requeue),
}

/// The loop ends with the reason why; what is sent ahead is given back in any case, where there is
/// still somebody to give it to.
pub async fn run(
    c: &mut impl Consumer,
    db: &mut Client,
    handler: &Handler,
    stop: CancellationToken,
) -> WorkerReport {
    let mut report =
        WorkerReport { applied: 0, duplicates: 0, refused: 0, requeued: 0, end: End::Stopped };
    report.end = match works(c, db, handler, &stop, &mut report).await {
        Ok(end) => end,
        Err(ConnectionLost) => End::BrokerLost,
    };
    report
}

async fn works(
    c: &mut impl Consumer,
    db: &mut Client,
    handler: &Handler,
    stop: &CancellationToken,
    report: &mut WorkerReport,
) -> Result<End, ConnectionLost> {
    let mut end = End::Stopped;
    while !stop.is_cancelled() {
        let Some(came) = stop.run_until_cancelled(c.next()).await else { break };
        let m = came?.ok_or(ConnectionLost)?;
        let settle = match attempt(&m, db, handler).await {
            Ok(Handled::Applied) => {
                report.applied += 1;
                Settle::Ack
            }
            Ok(Handled::Duplicate) => {
                report.duplicates += 1;
                Settle::Ack
            }
            Err(HandleError::Malformed) => {
                report.refused += 1;
                Settle::Nack(Requeue::No)
            }
            Err(_) if db.is_closed() => {
                end = End::DatabaseLost;
                Settle::Nack(Requeue::Yes)
            }
            Err(_) => {
                report.requeued += 1;
                Settle::Nack(Requeue::Yes)
            }
        };
        match settle {
            Settle::Ack => c.ack(m.tag).await?,
            Settle::Nack(requeue) => c.nack(m.tag, requeue).await?,
        }
        if end != End::Stopped {
            break;
        }
    }
    c.cancel().await?;
    while let Some(m) = c.next().await? {
        c.nack(m.tag, Requeue::Yes).await?;
    }
    Ok(end)
}

/// A transaction that is dropped is rolled back before the connection's next use.
async fn attempt(m: &Delivery, db: &mut Client, handler: &Handler) -> Result<Handled, HandleError> {
    let tx = db.transaction().await?;
    let outcome = handler.handle(m, &tx).await?;
    tx.commit().await?;
    Ok(outcome)
}
