//! Step 5: the client.

use k05_given::{ClientPolicy, Http, Paid, PayError, PayRequest};
use tokio::time::{Instant, sleep, timeout_at};

/// The key is made once, before the first attempt: it names the intent, and not the attempt.
pub async fn pay<H: Http>(
    http: &H,
    request: &PayRequest,
    policy: &ClientPolicy,
    deadline: Instant,
) -> Result<Paid, PayError> {
    let (key, body) = (http.new_key(), request.to_json());
    while Instant::now() < deadline {
        let give_up = deadline.min(Instant::now() + policy.attempt);
        if let Ok(Ok(reply)) = timeout_at(give_up, http.post(&key, &body)).await {
            match reply.status {
                200..=299 => return Ok(Paid(reply.body)),
                400 | 402 | 422 => return Err(PayError::Refused(reply.status)),
                _ => {}
            }
        }
        if Instant::now() + policy.pause >= deadline {
            break;
        }
        sleep(policy.pause).await;
    }
    Err(PayError::Unknown(key))
}
