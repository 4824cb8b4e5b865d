//! Step 2: the key and the fingerprint.
//!
//! The header is that of the IETF's draft *The Idempotency-Key HTTP Header Field*
//! (draft-ietf-httpapi-idempotency-key-header): one string in quotes, as RFC 8941 writes it.

use axum::http::{HeaderMap, Method};
use k05_given::{Fingerprint, IdemKey, KeyError};

/// A key is at most so long, in characters between its quotes.
pub const LONGEST: usize = 255;

/// Reads `Idempotency-Key`: `"8e03978e-40d5-43dd"` is the key `8e03978e-40d5-43dd`.
///
/// Between the quotes are printable ASCII characters and spaces, at least one; `\"` stands for a
/// quote, `\\` for a backslash, and nothing else is escaped. Spaces around the quotes mean nothing.
/// No parameters are known: whatever follows the closing quote is wrong.
///
/// # Errors
/// [`KeyError::Missing`] without the header; [`KeyError::TooLong`] for a well-formed key of more
/// than [`LONGEST`] characters, an escaped one counting once; [`KeyError::Malformed`] for anything
/// else, two such headers included.
pub fn parse_key(headers: &HeaderMap) -> Result<IdemKey, KeyError> {
    todo!("which bytes may stand between the quotes, and which around them?")
}

/// What the request was: the same for the same method, path and body, in every process and for as
/// long as keys are kept; different for any others, also those that somebody makes on purpose.
pub fn fingerprint(method: &Method, path: &str, body: &[u8]) -> Fingerprint {
    todo!("where does the path end and the body begin? `sha2::Sha256` is there")
}
