//! Step 4: the endpoint.
//!
//! | the request | the answer |
//! |---|---|
//! | its key is missing or malformed, or its body is no payment | 400; the key is not used up |
//! | is the first with its key, and is paid | 201, [`StoredResponse::paid`] |
//! | … and the card is declined | 402, [`StoredResponse::declined`] |
//! | … and the gateway says that it has done nothing | 503; the next one with this key is as the first |
//! | … and the gateway does not answer | 504, unless you ask it again and it does; once the lease has lapsed, whoever asks finds out |
//! | has the key of another request | 422, nothing is charged |
//! | has the key of one that runs | 409, nothing is charged |
//! | has the key of one that was answered finally (201, 402) | that answer, byte for byte, as the same content type |
//! | comes while the key store does not answer | 503, nothing is charged |
//! | … or is paid, and the answer cannot be stored | the answer or 503; the key stands for it still |
//!
//! Whatever happens, a key is charged once: also when the process dies and another one is asked
//! with the same key, once the lease has lapsed. And a client that hangs up stops nothing: what was
//! begun is finished, and whoever asks again is answered without waiting for a lease to lapse.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use k05_given::{Gateway, KeyStore};

/// What a handler needs.
#[derive(Clone)]
pub struct Shop<K, G> {
    pub keys: K,
    pub gateway: G,
}

/// The service: `POST /pay`.
pub fn app<K: KeyStore, G: Gateway>(keys: K, gateway: G) -> Router {
    Router::new().route("/pay", post(pay::<K, G>)).with_state(Shop { keys, gateway })
}

/// See the table above. [`k05_given::Asked::read`] reads the request, [`k05_given::gateway_key`]
/// makes the gateway's key.
///
/// # Cancellation
/// axum drops it where it waits, when the client hangs up.
async fn pay<K: KeyStore, G: Gateway>(
    State(shop): State<Shop<K, G>>,
    request: Request,
) -> Response {
    todo!("what comes before the charge, what after it, and who goes on when the client is gone?")
}
