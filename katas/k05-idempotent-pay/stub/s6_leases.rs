//! Step 6: leases and fencing.
//!
//! Step 3 leaves a key running for a day when its owner dies. Here a claim is a lease. The table is
//! [`k05_given::tables::LEASES`]; all functions are called by several instances at once, at READ
//! COMMITTED, with clocks of their own.

use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, Lease, StoreError, StoredResponse, Timestamp,
};
use tokio_postgres::Client;

/// Asks for a key, for `seconds` from `now`. As in step 3, but [`Claim::InFlight`] is said only as
/// long as the lease has not lapsed, which it does at `leased_until`. From then on one of those who
/// ask with the same request gets it, with a higher fence than any owner of this key before.
///
/// Keys are kept for ever here.
///
/// # Errors
/// PostgreSQL's own.
///
/// # Cancellation
/// As in step 3.
pub async fn claim(
    db: &mut Client,
    caller: &CallerId,
    key: &IdemKey,
    request: &Fingerprint,
    now: Timestamp,
    seconds: i64,
) -> Result<Claim, StoreError> {
    todo!("when may an owner be replaced, and how is he told from the next one?")
}

/// The request was answered, by the owner of this lease. A lease that has lapsed will do as long as
/// nobody else has the key. To complete it again changes nothing: the first answer stays.
///
/// # Errors
/// [`StoreError::LeaseLost`] when somebody else has had the key since; then nothing is stored.
/// PostgreSQL's own.
///
/// # Cancellation
/// As in step 3.
pub async fn complete(
    db: &mut Client,
    lease: &Lease,
    response: &StoredResponse,
) -> Result<(), StoreError> {
    todo!("what must be true of the row at the moment when it changes?")
}

/// The request came to nothing: the key is free for the same request at once, without waiting for
/// the lease. A key that was answered stays so, and so does one that somebody else has now.
///
/// # Errors
/// PostgreSQL's own. That there was nothing to free is none.
///
/// # Cancellation
/// As in step 3.
pub async fn abandon(db: &mut Client, lease: &Lease) -> Result<(), StoreError> {
    todo!("and when the next owner comes, which fence does he get?")
}
