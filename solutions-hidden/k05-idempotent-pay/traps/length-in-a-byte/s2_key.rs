//! Step 2: the key and the fingerprint.

use axum::http::{HeaderMap, Method};
use k05_given::{Fingerprint, IDEMPOTENCY_KEY, IdemKey, KeyError};
use sha2::{Digest, Sha256};

/// A key is at most so long, in characters between its quotes.
pub const LONGEST: usize = 255;

/// The grammar of RFC 8941, section 4.2.5, and nothing around it.
pub fn parse_key(headers: &HeaderMap) -> Result<IdemKey, KeyError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let value = values.next().ok_or(KeyError::Missing)?;
    if values.next().is_some() {
        return Err(KeyError::Malformed);
    }
    let text = value.to_str().map_err(|_| KeyError::Malformed)?.trim_matches(' ');
    let key = unquoted(text).filter(|key| !key.is_empty()).ok_or(KeyError::Malformed)?;
    if key.chars().count() > LONGEST {
        return Err(KeyError::TooLong);
    }
    Ok(IdemKey(key))
}

/// The text between the quotes; `None` if it is not one text in quotes.
fn unquoted(text: &str) -> Option<String> {
    let mut key = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return rest.next().is_none().then_some(key),
            '\\' => key.push(rest.next().filter(|c| matches!(c, '"' | '\\'))?),
            c @ ' '..='~' => key.push(c),
            _ => return None,
        }
    }
}

/// Each part with its length in front, so that no two requests give the same bytes.
pub fn fingerprint(method: &Method, path: &str, body: &[u8]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
        hash.update([part.len() as u8]);
        hash.update(part);
    }
    Fingerprint(hash.finalize().into())
}
