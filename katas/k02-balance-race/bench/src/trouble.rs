//! What can be wrong with the balances.

use std::fmt;

use bench_lab::Finding;

/// Why there is no number.
pub type Trouble = bench_lab::Trouble<Wrong>;

/// What the load's own books say against the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The accounts do not hold together what they should.
    Sum { expected: u128, found: u128 },
    /// Requests were refused although every account held enough.
    Refused { refused: u64 },
}

impl Finding for Wrong {
    fn key(&self) -> &'static str {
        match self {
            Self::Sum { .. } => "wrong_sum",
            Self::Refused { .. } => "refused",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sum { expected, found } => write!(f, "{found} cents instead of {expected}"),
            Self::Refused { refused } => write!(f, "{refused} requests"),
        }
    }
}
