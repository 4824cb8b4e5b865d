use std::error;
use std::fmt;

use jzon::JsonValue;

use crate::{CallerId, IdemKey};

/// Somebody wants to pay for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayRequest {
    pub order: String,
    /// More than 0.
    pub cents: u64,
}

impl PayRequest {
    /// As a body: `{"order":"order-1","cents":3000}`.
    pub fn to_json(&self) -> Vec<u8> {
        jzon::object! { order: self.order.as_str(), cents: self.cents }.dump().into_bytes()
    }

    /// Reads a body; `None` if it is no payment.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        let body = jzon::parse(std::str::from_utf8(body).ok()?).ok()?;
        let order = body.get("order").and_then(JsonValue::as_str)?.to_owned();
        let cents = body.get("cents").and_then(JsonValue::as_u64)?;
        (cents > 0 && !order.is_empty()).then_some(Self { order, cents })
    }
}

/// A charge that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The gateway's id of it: `ch_1`.
    pub id: String,
    pub cents: u64,
}

/// Why there is no [`Charged`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayError {
    /// The card was declined. Final: nothing was charged, nor will be.
    Declined,
    /// Nothing was charged; asking again may help.
    Unavailable,
    /// No reply: whether it was charged, nobody knows.
    TimedOut,
    /// The key came before with another charge; nothing was charged now.
    KeyReused,
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declined => "the card was declined",
            Self::Unavailable => "the gateway is not available",
            Self::TimedOut => "the gateway has not answered",
            Self::KeyReused => "the key came before with another charge",
        })
    }
}

impl error::Error for GatewayError {}

/// Charges cards. It belongs to somebody else and is reached over a network.
///
/// It honours idempotency keys: asked again with the same key for the same charge, it charges
/// nothing and answers as it did, a declined card included. What says nothing final
/// ([`GatewayError::Unavailable`]) it does not keep. Without a key every call is a new charge.
pub trait Gateway: Clone + Send + Sync + 'static {
    /// Charges so many cents for an order. `key` is this gateway's own: all who use the gateway
    /// share one space of keys.
    ///
    /// Dropped before it is ready, it may have charged or not.
    fn charge(
        &self,
        order: &str,
        cents: u64,
        key: Option<&str>,
    ) -> impl Future<Output = Result<Charged, GatewayError>> + Send;
}

/// The key under which the gateway knows the payment of this caller's key: always the same for the
/// same two, never the same for others.
pub fn gateway_key(caller: &CallerId, key: &IdemKey) -> String {
    format!("{}:{}/{}", caller.0.len(), caller.0, key.0)
}
