use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderMap;

use crate::{CallerId, Fingerprint, IdemKey, KeyError, PayRequest};

/// The header's name, as axum writes it.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// More than any payment.
const MOST: usize = 1 << 16;

/// Who calls: what the authentication in front of this service has put into `x-caller`.
pub fn caller(headers: &HeaderMap) -> CallerId {
    let caller = headers.get("x-caller").and_then(|value| value.to_str().ok());
    CallerId(caller.unwrap_or("anonymous").to_owned())
}

/// A request to `/pay`, read.
///
/// Key and fingerprint are made by a double, so that step 4 does not need your step 2: good enough
/// for the requests of that step's suite, and for no others.
#[derive(Debug, Clone)]
pub struct Asked {
    pub caller: CallerId,
    pub key: Result<IdemKey, KeyError>,
    pub fingerprint: Fingerprint,
    /// `None`: the body is no payment.
    pub payment: Option<PayRequest>,
}

impl Asked {
    /// Reads the whole request.
    pub async fn read(request: Request) -> Self {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, MOST).await.unwrap_or_default();
        let key = head.headers.get(IDEMPOTENCY_KEY).ok_or(KeyError::Missing).and_then(|value| {
            let text = value.to_str().ok().and_then(|text| text.strip_prefix('"'));
            let text = text.and_then(|text| text.strip_suffix('"')).ok_or(KeyError::Malformed);
            text.map(|text| IdemKey(text.to_owned()))
        });
        let mut fingerprint = [0_u8; 32];
        for (n, byte) in body.iter().enumerate() {
            let place = &mut fingerprint[n % 32];
            *place = place.wrapping_mul(31).wrapping_add(*byte);
        }
        Self {
            caller: caller(&head.headers),
            key,
            fingerprint: Fingerprint(fingerprint),
            payment: PayRequest::from_json(&body),
        }
    }
}
