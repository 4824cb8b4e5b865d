//! The endpoint of step 4 with its ports, asked by a plain test or by a lane.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use effects::{Gateway, GatewayAnswer};
use explorer::Caller;
use k05::s4_endpoint::app;
use k05_given::PayRequest;
use tower::ServiceExt as _;

use crate::keys::Keys;
use crate::ports::Till;

/// The type of each answer that the kata supplies.
pub const JSON: &str = "application/json";

/// What is outside of the service, and outlives its processes.
#[derive(Clone)]
pub struct Desk {
    pub keys: Keys,
    pub gateway: Gateway,
}

/// A request to be sent, as often as one likes.
#[derive(Clone, Debug)]
pub struct Ask {
    pub caller: &'static str,
    /// The header, quotes and all.
    pub key: Option<&'static str>,
    pub body: Vec<u8>,
}

/// An answer, as the client has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The body's type; nothing where none is said.
    pub kind: String,
    pub body: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind.as_str() {
            JSON => String::new(),
            "" => "(no type) ".to_owned(),
            kind => format!("({kind}) "),
        };
        write!(f, "{} {kind}{}", self.status, self.body)
    }
}

impl Desk {
    pub fn new() -> Self {
        Self::scripted([])
    }

    pub fn scripted(script: impl IntoIterator<Item = GatewayAnswer>) -> Self {
        Self { keys: Keys::default(), gateway: Gateway::scripted(script) }
    }

    /// The learner's service, in one process.
    pub fn service(&self, caller: &Caller) -> Router {
        app(self.keys.client(caller.clone()), Till(self.gateway.client(caller.clone())))
    }

    /// Asks a process of the service, in a plain test.
    pub async fn ask(&self, ask: &Ask) -> Answer {
        send(self.service(&Caller::Plain), ask).await
    }

    /// How often this order was charged, and how often any was.
    pub fn charges(&self, order: &str) -> (usize, usize) {
        (self.gateway.ledger().times(order), self.gateway.ledger().total())
    }
}

impl Ask {
    /// 3000 cents for order-1, by the shop, with key `k`.
    pub fn first() -> Self {
        Self::to_pay("shop", "\"k\"", "order-1", 3000)
    }

    pub fn to_pay(caller: &'static str, key: &'static str, order: &str, cents: u64) -> Self {
        let body = PayRequest { order: order.to_owned(), cents }.to_json();
        Self { caller, key: Some(key), body }
    }

    /// For showing.
    pub fn words(&self) -> String {
        let key = self.key.map_or("no key".to_owned(), |key| format!("key {key}"));
        format!("POST /pay by {} with {key}: {}", self.caller, String::from_utf8_lossy(&self.body))
    }
}

/// One request, in process: no socket.
pub async fn send(service: Router, ask: &Ask) -> Answer {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/pay")
        .header("x-caller", ask.caller)
        .header(header::CONTENT_TYPE, JSON);
    if let Some(key) = ask.key {
        request = request.header("idempotency-key", key);
    }
    let request = request.body(Body::from(ask.body.clone())).expect("a request");
    let Ok(response) = service.oneshot(request).await;
    let status = response.status().as_u16();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap_or_default();
    Answer {
        status,
        kind: kind.unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
