//! Step 4: the loop.

use k06_given::{Consumer, End, Handled, Handler, Requeue, WorkerReport};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

const BATCH: usize = 2;

pub async fn run(
    c: &mut impl Consumer,
    db: &mut Client,
    handler: &Handler,
    stop: CancellationToken,
) -> WorkerReport {
    let mut report =
        WorkerReport { applied: 0, duplicates: 0, refused: 0, requeued: 0, end: End::Stopped };
    'batch: while !stop.is_cancelled() {
        let Ok(tx) = db.transaction().await else {
            report.end = End::DatabaseLost;
            break;
        };
        for _ in 0..BATCH {
            let came = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                came = c.next() => came,
            };
            let Ok(Some(m)) = came else {
                report.end = End::BrokerLost;
                return report;
            };
            match handler.handle(&m, &tx).await {
                Ok(Handled::Applied) => report.applied += 1,
                Ok(Handled::Duplicate) => report.duplicates += 1,
                Err(_) => {
                    report.requeued += 1;
                    let _ = c.nack(m.tag, Requeue::Yes).await;
                    continue 'batch;
                }
            }
            if c.ack(m.tag).await.is_err() {
                report.end = End::BrokerLost;
                return report;
            }
        }
        if tx.commit().await.is_err() {
            report.end = End::DatabaseLost;
            break;
        }
    }
    let _ = c.cancel().await;
    while let Ok(Some(m)) = c.next().await {
        let _ = c.nack(m.tag, Requeue::Yes).await;
    }
    report
}
