use std::error;
use std::fmt;
use std::time::Duration;

use crate::IdemKey;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The connection broke: whether the server has seen the request, nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkError;

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke")
    }
}

impl error::Error for LinkError {}

/// The way from a client to the service.
pub trait Http: Send + Sync {
    /// A key that was never used before and never will be: a random UUID.
    fn new_key(&self) -> IdemKey;

    /// `POST /pay` with this key and this body. It may take for ever.
    fn post(
        &self,
        key: &IdemKey,
        body: &[u8],
    ) -> impl Future<Output = Result<HttpReply, LinkError>> + Send;
}

/// How patient a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientPolicy {
    /// An attempt that has no answer after so long is given up.
    pub attempt: Duration,
    /// From the end of an attempt to the beginning of the next one.
    pub pause: Duration,
}

/// The service has charged: the body of its 201.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid(pub Vec<u8>);

/// Why there is no [`Paid`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayError {
    /// The service says no, with this status, and will say the same again. Nothing was charged.
    Refused(u16),
    /// The time is over, and nobody knows whether it was charged. With this key it can still be
    /// found out.
    Unknown(IdemKey),
}

impl fmt::Display for PayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "refused with {status}"),
            Self::Unknown(key) => write!(f, "no answer in time; the key is {}", key.0),
        }
    }
}

impl error::Error for PayError {}
