//! The four ways to sell that are measured, as the learner wrote them.

use bench_lab::Way;
use k04::s2_conditional::buy_conditional;
use k04::s3_locked::buy_locked;
use k04::s4_versioned::{buy_serializable, buy_versioned};
use k04_given::{Buy, BuyError, Sale};
use tokio_postgres::Client;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Conditional,
    Locked,
    Versioned,
    Serializable,
}

/// So many that none of them is ever used up.
const ATTEMPTS: u32 = 1_000_000;

impl Way for Strategy {
    const ALL: &'static [Self] =
        &[Self::Conditional, Self::Locked, Self::Versioned, Self::Serializable];

    /// The name in JSON, and the learner's function.
    fn key(self) -> &'static str {
        match self {
            Self::Conditional => "conditional",
            Self::Locked => "locked",
            Self::Versioned => "versioned",
            Self::Serializable => "serializable",
        }
    }

    fn step(self) -> Option<&'static str> {
        Some(match self {
            Self::Conditional => "s2_conditional",
            Self::Locked => "s3_locked",
            Self::Versioned | Self::Serializable => "s4_versioned",
        })
    }
}

impl Strategy {
    pub async fn buy(self, db: &mut Client, b: &Buy) -> Result<Sale, BuyError> {
        match self {
            Self::Conditional => buy_conditional(db, b).await,
            Self::Locked => buy_locked(db, b).await,
            Self::Versioned => buy_versioned(db, b, ATTEMPTS).await,
            Self::Serializable => buy_serializable(db, b, ATTEMPTS).await,
        }
    }
}
