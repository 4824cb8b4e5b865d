//! What is compared.

use bench_lab::Way;

/// How a payment is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// It charges and answers: no key is looked at.
    Without,
    /// The learner's endpoint, on the learner's claims.
    With,
}

impl Way for Layer {
    const ALL: &'static [Self] = &[Self::Without, Self::With];

    fn key(self) -> &'static str {
        match self {
            Self::Without => "without",
            Self::With => "with_keys",
        }
    }

    fn step(self) -> Option<&'static str> {
        (self == Self::With).then_some("s4_endpoint")
    }
}
