//! Step 6: retention.

use std::time::Duration;

use k06_given::Timestamp;
use tokio_postgres::{Client, Error};

pub async fn prune(db: &mut Client, keep: Duration, now: Timestamp) -> Result<u64, Error> {
    // Rounded up, and never beyond what there is: in doubt the mark stays.
    let seconds = keep.as_secs().saturating_add(u64::from(keep.subsec_nanos() > 0));
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let needed_from = now.0.saturating_sub(seconds);
    let tx = db.transaction().await?;
    tx.execute("LOCK TABLE inbox IN EXCLUSIVE MODE", &[]).await?;
    let deleted = tx.execute("DELETE FROM inbox WHERE seen_at < $1", &[&needed_from]).await?;
    tx.commit().await?;
    Ok(deleted)
}
