//! Step 6: retention.

use std::time::Duration;

use k06_given::Timestamp;
use tokio_postgres::{Client, Error};

/// Forgets the marks that are no longer needed, and answers how many it has deleted. The table is
/// [`k06_given::tables::DATED`].
///
/// A message may come again until `keep` after it was seen first: the longest time for which
/// anything between here and the producer may still have it. A mark whose time is over at `now` is
/// deleted; at exactly `keep` it is not over yet. A fraction of a second in `keep` counts as a whole
/// one: the fractions of both moments were cut off, and the doubt is in favour of the mark. Clocks
/// may differ: a mark from the future is no error, and is kept.
///
/// Workers go on meanwhile: whoever adds a mark does not wait. Several may prune at once; no mark is
/// counted by two of them.
///
/// # Errors
/// PostgreSQL's own.
///
/// # Cancellation
/// Dropped at any time, it has deleted all, some or none of them. However it ends, `db` is ready for
/// its next use.
pub async fn prune(db: &mut Client, keep: Duration, now: Timestamp) -> Result<u64, Error> {
    todo!("up to when must a mark have been seen for nobody to need it?")
}
