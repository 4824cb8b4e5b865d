use std::error;
use std::fmt;

/// Who calls, as the authentication in front of the service has found out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallerId(pub String);

/// What a client names one intent with: the text between the quotes of its header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdemKey(pub String);

/// What a request was, in 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// Why there is no [`IdemKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// There is no such header.
    Missing,
    /// It is there, and it is not one text in quotes.
    Malformed,
    /// The text is longer than it may be.
    TooLong,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Idempotency-Key is missing",
            Self::Malformed => "Idempotency-Key is not a text in quotes",
            Self::TooLong => "Idempotency-Key is too long",
        })
    }
}

impl error::Error for KeyError {}
