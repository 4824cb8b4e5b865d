//! Step 6: retention.

use std::time::Duration;

use k06_given::Timestamp;
use tokio_postgres::{Client, Error};

/// No statement takes long, however much there is to forget.
pub async fn prune(db: &mut Client, keep: Duration, now: Timestamp) -> Result<u64, Error> {
    let keep = i128::from(keep.as_secs()) + i128::from(keep.subsec_nanos() > 0);
    let needed_from = i64::try_from(i128::from(now.0) - keep).unwrap_or(i64::MIN);
    let few = "DELETE FROM inbox WHERE message_id IN (
                   SELECT message_id FROM inbox WHERE seen_at < $1
                   ORDER BY seen_at LIMIT 3 FOR UPDATE SKIP LOCKED)";
    let mut deleted = 0;
    loop {
        match db.execute(few, &[&needed_from]).await? {
            0 => return Ok(deleted),
            some => deleted += some,
        }
    }
}
