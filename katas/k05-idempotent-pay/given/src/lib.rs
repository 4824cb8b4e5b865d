//! What kata 5 gives to the learner: payments, keys and claims, the ports behind which the outside
//! lies, and the tables.

mod claim;
mod client;
mod http;
mod key;
pub mod naive;
mod pay;
pub mod tables;

pub use claim::{Claim, KeyStore, Lease, StoreError, StoredResponse, Timestamp};
pub use client::{ClientPolicy, Http, HttpReply, LinkError, Paid, PayError};
pub use http::{Asked, IDEMPOTENCY_KEY, caller};
pub use key::{CallerId, Fingerprint, IdemKey, KeyError};
pub use pay::{Charged, Gateway, GatewayError, PayRequest, gateway_key};
