//! Step 6: reservations.
//!
//! The tables are [`k04_given::tables::RESERVATIONS`]. A reservation is open, then confirmed or
//! expired, and stays so. At any time `stock`, what is reserved and open, and what is sold give the
//! same sum.

use k04_given::{Buy, BuyError, ReservationError, ReservationId, Timestamp};
use tokio_postgres::Client;

/// Takes the units out of the stock and keeps them for this buyer, as long as it is before `until`.
///
/// # Errors
/// [`BuyError::SoldOut`] when there are fewer units than wanted, or there is no such item;
/// PostgreSQL's own. Another customer is no reason for an error.
///
/// # Cancellation
/// As in step 2.
pub async fn reserve(
    db: &mut Client,
    b: &Buy,
    until: Timestamp,
) -> Result<ReservationId, BuyError> {
    todo!("take it out of the stock and remember for whom, and until when")
}

/// Sells what was reserved, once, and answers with it. To confirm again, at any time, changes
/// nothing and is answered as the first time.
///
/// It may come too late: the time is over at `until`, whether or not somebody has called
/// [`expire`] since. The clocks of those who call need not agree, so it may also find the
/// reservation expired before its own clock says so.
///
/// # Errors
/// [`ReservationError::Expired`] when it is too late, [`ReservationError::Unknown`] when there is no
/// such reservation; PostgreSQL's own. Another session is no reason for an error.
///
/// # Cancellation
/// As in step 2.
pub async fn confirm(
    db: &mut Client,
    id: ReservationId,
    now: Timestamp,
) -> Result<Buy, ReservationError> {
    todo!("who decides whether it is still open, and when?")
}

/// Ends all open reservations whose time is over, gives their units back to the stock, and answers
/// how many it has ended. Several may run at once, with clocks of their own: no reservation is
/// counted by two of them, and none that is over is left to nobody. A customer who tries to confirm
/// too late does not keep it from being ended.
///
/// # Errors
/// PostgreSQL's own. Another session is no reason for an error.
///
/// # Cancellation
/// As in step 2.
pub async fn expire(db: &mut Client, now: Timestamp) -> Result<u64, tokio_postgres::Error> {
    todo!("which of them has this call ended, and not another one?")
}
