use std::error::Error;
use std::fmt;

/// A payment was captured: so many cents are the merchant's.
///
/// Two customers may pay the same sum to the same merchant: then two messages say exactly this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured {
    pub merchant: i64,
    pub cents: i64,
}

/// So many units of an item came in, or went out where it is negative.
///
/// The warehouse numbers the movements of each item: 1, 2, 3, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockMoved {
    /// The item: *stock keeping unit*.
    pub sku: i64,
    pub version: i64,
    pub units: i64,
}

/// A body that is not what was expected. It will not be better the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body cannot be read")
    }
}

impl Error for Malformed {}

impl Captured {
    /// As a message's body: `merchant 1 cents 250`.
    pub fn to_body(self) -> Vec<u8> {
        format!("merchant {} cents {}", self.merchant, self.cents).into_bytes()
    }

    /// # Errors
    /// [`Malformed`], when it is not such a body.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(body).map_err(|_| Malformed)?;
        let words: Vec<&str> = text.split(' ').collect();
        let number = |word: &str| word.parse().map_err(|_| Malformed);
        match words[..] {
            ["merchant", merchant, "cents", cents] => {
                Ok(Self { merchant: number(merchant)?, cents: number(cents)? })
            }
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Captured, Malformed};

    #[test]
    fn a_body_reads_back() {
        let captured = Captured { merchant: 7, cents: 250 };
        assert_eq!(Captured::read(&captured.to_body()), Ok(captured));
        for body in [&b"merchant 7"[..], b"merchant x cents 1", b"\xff", b""] {
            assert_eq!(Captured::read(body), Err(Malformed));
        }
    }
}
