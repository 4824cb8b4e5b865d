//! Step 5: the client.

use k05_given::{ClientPolicy, Http, Paid, PayError, PayRequest};
use tokio::time::Instant;

/// Pays, however often it has to ask: one call is one intent.
///
/// It asks until there is a final answer. 201 is paid. 400, 402 and 422 are final, and asked once.
/// Everything else says nothing about the payment: no answer, a broken connection, 409, which says
/// that an earlier attempt is being worked on, and any other status: 5xx, and what a proxy on the
/// way may say, 200 and 429 for example. An attempt is given up after [`ClientPolicy::attempt`], and
/// [`ClientPolicy::pause`] lies between two of them.
///
/// # Errors
/// [`PayError::Refused`] with the final status. [`PayError::Unknown`] at the deadline, and not
/// later: an attempt that is under way then is given up; and no attempt begins at the deadline or
/// after it. When a pause would not end before the deadline, it says so at once.
///
/// # Cancellation
/// Dropped at any time, it asks no more; whether it was charged is unknown.
pub async fn pay<H: Http>(
    http: &H,
    request: &PayRequest,
    policy: &ClientPolicy,
    deadline: Instant,
) -> Result<Paid, PayError> {
    todo!("what is made once, and what is made anew for each attempt?")
}
