//! Step 7: recovery.
//!
//! A process that has died between the charge and its record leaves an intent that nobody works
//! on. Where the client asks again, step 4 resolves it. Here nobody asks: a program goes through
//! what is left, now and then, on each instance.

use k05_given::{Gateway, StoreError, Timestamp};
use tokio_postgres::Client;

/// Resolves every intent that has no answer and whose lease has lapsed at `now`: asks the gateway,
/// with the key that the payment was first asked with ([`k05_given::gateway_key`]), and writes down
/// the answer, [`k05_given::StoredResponse::paid`] or [`k05_given::StoredResponse::declined`].
/// Returns how many it has resolved.
///
/// The table is [`k05_given::tables::INTENTS`]. Before it asks, it takes the intent over, with a
/// lease of `seconds` from `now` and a fence that is higher by 1; what it finds out it writes down
/// only if nobody has taken the intent over meanwhile. An intent whose lease has not lapsed belongs
/// to somebody who lives. Of one about which the gateway says nothing final, the lease is left to
/// lapse; the others are resolved all the same.
///
/// Nobody waits for the gateway but this call: no transaction is open and no row is locked while
/// it is asked.
///
/// # Errors
/// PostgreSQL's own, and then the rest is left for the next time.
///
/// # Cancellation
/// Dropped at any time, it leaves intents that the next call resolves when their lease has lapsed.
/// However it ends, `db` is ready for its next use.
pub async fn recover<G: Gateway>(
    db: &mut Client,
    gateway: &G,
    now: Timestamp,
    seconds: i64,
) -> Result<u64, StoreError> {
    todo!("in which order: take over, ask, write down?")
}
