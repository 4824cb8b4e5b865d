//! Step 4: the loop.

use k06_given::{
    ConnectionLost, Consumer, Delivery, End, HandleError, Handled, Handler, Requeue, WorkerReport,
};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

/// One message at a time: taken, handled, committed, acknowledged. In this order.
pub async fn run(
    c: &mut impl Consumer,
    db: &mut Client,
    handler: &Handler,
    stop: CancellationToken,
) -> WorkerReport {
    let mut report =
        WorkerReport { applied: 0, duplicates: 0, refused: 0, requeued: 0, end: End::Stopped };
    loop {
        let came = tokio::select! {
            // Who is told to stop does not begin with another one.
            biased;
            () = stop.cancelled() => break,
            came = c.next() => came,
        };
        let Ok(Some(m)) = came else {
            report.end = End::BrokerLost;
            return report;
        };
        let settled = match committed(&m, db, handler).await {
            Ok(outcome) => {
                match outcome {
                    Handled::Applied => report.applied += 1,
                    Handled::Duplicate => report.duplicates += 1,
                }
                c.ack(m.tag).await
            }
            Err(HandleError::Malformed) => {
                report.refused += 1;
                c.nack(m.tag, Requeue::No).await
            }
            Err(_) => {
                let lost = db.is_closed();
                report.requeued += u64::from(!lost);
                let settled = c.nack(m.tag, Requeue::Yes).await;
                if lost && settled.is_ok() {
                    report.end = End::DatabaseLost;
                    return report;
                }
                settled
            }
        };
        if settled == Err(ConnectionLost) {
            report.end = End::BrokerLost;
            return report;
        }
    }
    if release(c).await == Err(ConnectionLost) {
        report.end = End::BrokerLost;
    }
    report
}

/// The effect and its mark in one transaction, which is over when this returns.
async fn committed(
    m: &Delivery,
    db: &mut Client,
    handler: &Handler,
) -> Result<Handled, HandleError> {
    let tx = db.transaction().await?;
    match handler.handle(m, &tx).await {
        Ok(outcome) => {
            tx.commit().await?;
            Ok(outcome)
        }
        Err(error) => {
            // If this fails, too, the connection is lost, and nothing of it stays.
            let _ = tx.rollback().await;
            Err(error)
        }
    }
}

/// Gives back what was sent ahead. First no more is asked for, or it would come back to here.
async fn release(c: &mut impl Consumer) -> Result<(), ConnectionLost> {
    c.cancel().await?;
    while let Some(m) = c.next().await? {
        c.nack(m.tag, Requeue::Yes).await?;
    }
    Ok(())
}
