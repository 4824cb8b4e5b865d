//! Step 3: the claim.
//!
//! The table is [`k05_given::tables::KEYS`]. A row is a key of a caller: running while its `status`
//! is NULL, answered afterwards. All functions are called by several instances of the service at
//! once, at READ COMMITTED.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::Client;

/// A key is kept for so many seconds after it was claimed; from then on it is as if it had never
/// been used, whatever it stood for.
pub const KEEP: i64 = 24 * 60 * 60;

/// Asks for a key. Of all who ask for a free one, one gets it ([`Claim::Fresh`], with a fence of
/// 0); nobody is refused with an error because of the others.
///
/// For the same request it says [`Claim::InFlight`] until it is answered, then [`Claim::Replay`];
/// for another one, which the fingerprint tells, always [`Claim::Mismatch`].
///
/// # Errors
/// PostgreSQL's own.
///
/// # Cancellation
/// Dropped at any time, it has claimed the key or not. However it ends, `db` is ready for its next
/// use: outside of any transaction, with the settings it had, and holding no lock.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
) -> Result<Claim, StoreError> {
    todo!("which one statement finds out that the key is free, and takes it?")
}

/// The request was answered: its key says [`Claim::Replay`] from now on. The first answer stays;
/// a key that nobody claims any more stays free.
///
/// # Errors
/// PostgreSQL's own. That there was nothing to store is none.
///
/// # Cancellation
/// As [`claim`].
pub async fn complete(
    db: &mut Client,
    lease: &Lease,
    response: &StoredResponse,
) -> Result<(), StoreError> {
    todo!("of which rows may the answer be changed?")
}

/// The request came to nothing: its key is free again, for any request. A key that was answered
/// stays so.
///
/// # Errors
/// PostgreSQL's own. That there was nothing to free is none.
///
/// # Cancellation
/// As [`claim`].
pub async fn abandon(db: &mut Client, lease: &Lease) -> Result<(), StoreError> {
    todo!("which rows may go?")
}
