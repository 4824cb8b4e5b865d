use std::error;
use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::{CallerId, Charged, Fingerprint, IdemKey};

/// A moment, in seconds since some beginning. Whoever calls says what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// What a request that has been answered was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    pub status: u16,
    pub body: Vec<u8>,
}

impl StoredResponse {
    /// 201, with the charge.
    pub fn paid(charged: &Charged) -> Self {
        let body = jzon::object! { charge: charged.id.as_str(), cents: charged.cents };
        Self { status: 201, body: body.dump().into_bytes() }
    }

    /// 402: the card was declined.
    pub fn declined() -> Self {
        Self::problem(402, "the card was declined")
    }

    /// Any other answer, with a sentence.
    pub fn problem(status: u16, title: &str) -> Self {
        Self { status, body: jzon::object! { error: title }.dump().into_bytes() }
    }
}

impl IntoResponse for StoredResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

/// The right to run the request of a key, and to say what it was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub caller: CallerId,
    pub key: IdemKey,
    /// Which owner of the key this is. Step 6 is about it; in step 3 it is 0.
    pub fence: i64,
}

/// What a key says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody runs it: you do.
    Fresh(Lease),
    /// It has been answered, with this.
    Replay(StoredResponse),
    /// Somebody runs it now.
    InFlight,
    /// The key stands for another request.
    Mismatch,
}

/// Why the store did not do it.
#[derive(Debug)]
pub enum StoreError {
    /// The lease is not yours any more: somebody else has taken the key over. Nothing was stored.
    LeaseLost,
    /// The store refused, or its connection was lost: then whether it was stored, nobody knows.
    Unavailable(Box<dyn error::Error + Send + Sync>),
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeaseLost => "somebody else has taken the key over",
            Self::Unavailable(_) => "the key store is not available",
        })
    }
}

impl error::Error for StoreError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unavailable(cause) => Some(&**cause),
            Self::LeaseLost => None,
        }
    }
}

/// Where keys are kept, for all instances of the service. Step 4 uses one.
///
/// A key belongs to its caller. Who claims it has a lease, for longer than a request runs; when it
/// has lapsed, as after a crash, the same request may claim the key again, and the first owner has
/// lost his lease.
pub trait KeyStore: Clone + Send + Sync + 'static {
    /// Asks for the key, in one atomic step.
    ///
    /// Dropped before it is ready, it may have claimed the key or not.
    fn claim(
        &self,
        caller: &CallerId,
        key: &IdemKey,
        request: &Fingerprint,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// The request was answered, finally: from now on the key says [`Claim::Replay`].
    fn complete(
        &self,
        lease: &Lease,
        response: &StoredResponse,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The request came to nothing, and nothing has happened: the key is free for it again.
    fn abandon(&self, lease: &Lease) -> impl Future<Output = Result<(), StoreError>> + Send;
}
