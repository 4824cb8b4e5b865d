//! Step 5: the client.

use k05_given::{ClientPolicy, Http, Paid, PayError, PayRequest};
use tokio::time::{Instant, interval_at, timeout, timeout_at};

/// One timeout around all, and inside of it a loop that knows no deadline, but for the pause.
pub async fn pay<H: Http>(
    http: &H,
    request: &PayRequest,
    policy: &ClientPolicy,
    deadline: Instant,
) -> Result<Paid, PayError> {
    let (key, body) = (http.new_key(), request.to_json());
    let unknown = || Err(PayError::Unknown(key.clone()));
    let asking = async {
        loop {
            match timeout(policy.attempt, http.post(&key, &body)).await {
                Ok(Ok(reply)) if reply.status == 201 => return Ok(Paid(reply.body)),
                Ok(Ok(reply)) if matches!(reply.status, 400 | 402 | 422) => {
                    return Err(PayError::Refused(reply.status));
                }
                _ => {}
            }
            let next = Instant::now() + policy.pause;
            if next >= deadline {
                return unknown();
            }
            interval_at(next, policy.pause).tick().await;
        }
    };
    if Instant::now() >= deadline {
        return unknown();
    }
    timeout_at(deadline, asking).await.unwrap_or_else(|_| unknown())
}
