//! Step 4: the endpoint.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use k05_given::{
    Asked, CallerId, Claim, Fingerprint, Gateway, GatewayError, IdemKey, KeyStore, Lease,
    PayRequest, StoreError, StoredResponse, gateway_key,
};

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

/// Reads, and leaves the rest to a task of its own, which no client that hangs up can stop.
async fn pay<K: KeyStore, G: Gateway>(
    State(shop): State<Shop<K, G>>,
    request: Request,
) -> Response {
    let Asked { caller, key, fingerprint, payment } = Asked::read(request).await;
    let key = match key {
        Ok(key) => key,
        Err(error) => return StoredResponse::problem(400, &error.to_string()).into_response(),
    };
    let Some(payment) = payment else {
        return StoredResponse::problem(400, "the body is no payment").into_response();
    };
    let work = tokio::spawn(async move { shop.once(&caller, &key, &fingerprint, &payment).await });
    let failed = |_| StoredResponse::problem(500, "the handler failed").into_response();
    work.await.unwrap_or_else(failed)
}

impl<K: KeyStore, G: Gateway> Shop<K, G> {
    /// Claims before it charges, and stores what is final before it answers.
    async fn once(
        &self,
        caller: &CallerId,
        key: &IdemKey,
        request: &Fingerprint,
        payment: &PayRequest,
    ) -> Response {
        let answer = match self.keys.claim(caller, key, request).await {
            Ok(Claim::Fresh(lease)) => self.charge(&lease, payment).await,
            Ok(Claim::Replay(StoredResponse { status, body })) => {
                return (StatusCode::from_u16(status).unwrap_or_default(), body).into_response();
            }
            Ok(Claim::InFlight) => StoredResponse::problem(409, "this request is being worked on"),
            Ok(Claim::Mismatch) => {
                StoredResponse::problem(422, "this key stands for another request")
            }
            Err(_) => StoredResponse::problem(503, "the key store does not answer"),
        };
        answer.into_response()
    }

    /// The gateway is told a key of its own, which is the same whoever asks and however often.
    async fn charge(&self, lease: &Lease, payment: &PayRequest) -> StoredResponse {
        let known_as = gateway_key(&lease.caller, &lease.key);
        let charged = self.gateway.charge(&payment.order, payment.cents, Some(&known_as)).await;
        let answer = match charged {
            Ok(charged) => StoredResponse::paid(&charged),
            Err(GatewayError::Declined) => StoredResponse::declined(),
            Err(GatewayError::Unavailable) => {
                // Nothing has happened: the next attempt is as the first. If that cannot be said,
                // the lease lapses.
                let _ = self.keys.abandon(lease).await;
                return StoredResponse::problem(503, "the gateway is not available");
            }
            // It may have charged, so the key goes on standing for this request. Whoever asks when
            // the lease has lapsed hears it from the gateway, under the same key.
            Err(GatewayError::TimedOut | GatewayError::KeyReused) => {
                return StoredResponse::problem(504, "the gateway does not answer");
            }
        };
        match self.keys.complete(lease, &answer).await {
            // Whoever has taken it over hears the same from the gateway.
            Ok(()) | Err(StoreError::LeaseLost) => answer,
            Err(StoreError::Unavailable(_)) => {
                StoredResponse::problem(503, "the key store does not answer")
            }
        }
    }
}
