//! Step 4: the endpoint.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use k05_given::{
    Asked, Claim, Gateway, GatewayError, KeyStore, PayRequest, StoredResponse, gateway_key,
};

/// What a handler needs.
#[derive(Clone)]
pub struct Shop<K, G> {
    pub keys: K,
    pub gateway: G,
}

/// The service: `POST /pay`.
pub fn app<K: KeyStore, G: Gateway>(keys: K, gateway: G) -> Router {
    let shop = Shop { keys, gateway };
    Router::new()
        .route("/pay", post(pay::<K, G>))
        .layer(from_fn_with_state(shop.clone(), once::<K, G>))
        .with_state(shop)
}

/// The name under which the gateway knows the payment.
#[derive(Clone)]
struct KnownAs(String);

/// Once for each key, whatever is behind it: a handler that answers 2xx or 402 is done, one that
/// answers 503 has done nothing, and of any other nobody knows.
async fn once<K: KeyStore, G: Gateway>(
    State(shop): State<Shop<K, G>>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 16).await else {
        return StoredResponse::problem(400, "the body is no payment").into_response();
    };
    let again = |body| Request::from_parts(head.clone(), Body::from(body));
    let asked = Asked::read(again(body.clone())).await;
    let key = match (asked.key, asked.payment) {
        (Ok(key), Some(_)) => key,
        (Err(error), _) => return StoredResponse::problem(400, &error.to_string()).into_response(),
        (_, None) => {
            return StoredResponse::problem(400, "the body is no payment").into_response();
        }
    };
    let mut inner = again(body);
    inner.extensions_mut().insert(KnownAs(gateway_key(&asked.caller, &key)));
    let work = tokio::spawn(async move {
        let lease = match shop.keys.claim(&asked.caller, &key, &asked.fingerprint).await {
            Ok(Claim::Fresh(lease)) => lease,
            Ok(Claim::Replay(response)) => return response,
            Ok(Claim::InFlight) => return StoredResponse::problem(409, "being worked on"),
            Ok(Claim::Mismatch) => return StoredResponse::problem(422, "another request"),
            Err(_) => return StoredResponse::problem(503, "the key store does not answer"),
        };
        let response = next.run(inner).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap_or_default().to_vec();
        let answer = StoredResponse { status, body };
        match status {
            200..300 | 402 => drop(shop.keys.complete(&lease, &answer).await),
            503 => drop(shop.keys.abandon(&lease).await),
            _ => {}
        }
        answer
    });
    let answer = work.await.unwrap_or_else(|_| StoredResponse::problem(500, "the handler failed"));
    answer.into_response()
}

/// The payment alone: it knows nothing of claims.
async fn pay<K: KeyStore, G: Gateway>(
    State(shop): State<Shop<K, G>>,
    request: Request,
) -> Response {
    let known_as = request.extensions().get::<KnownAs>().cloned();
    let body = to_bytes(request.into_body(), 1 << 16).await.unwrap_or_default();
    let (Some(KnownAs(name)), Some(payment)) = (known_as, PayRequest::from_json(&body)) else {
        return StoredResponse::problem(500, "the layer is missing").into_response();
    };
    match shop.gateway.charge(&payment.order, payment.cents, Some(&name)).await {
        Ok(charged) => StoredResponse::paid(&charged),
        Err(GatewayError::Declined) => StoredResponse::declined(),
        Err(GatewayError::Unavailable) => StoredResponse::problem(503, "the gateway is down"),
        Err(GatewayError::TimedOut | GatewayError::KeyReused) => {
            StoredResponse::problem(504, "the gateway does not answer")
        }
    }
    .into_response()
}
