//! The grid: which anomaly each isolation level lets happen, found or excluded by running all
//! orders of a few sessions' statements.

mod explore;
mod scenes;
mod session;
mod show;

pub use explore::{Cell, Grid};
pub use show::{json, text};

use tokio_postgres::IsolationLevel;

/// The levels that PostgreSQL has, by their names.
pub const LEVELS: [(IsolationLevel, &str); 3] = [
    (IsolationLevel::ReadCommitted, "READ COMMITTED"),
    (IsolationLevel::RepeatableRead, "REPEATABLE READ"),
    (IsolationLevel::Serializable, "SERIALIZABLE"),
];

/// Anomalies by the names that Hermitage gives them. Its readme lists the papers that define them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anomaly {
    G0,
    G1a,
    G1b,
    G1c,
    Otv,
    Pmp,
    P4,
    GSingle,
    G2Item,
    G2,
}

impl Anomaly {
    pub const ALL: [Self; 10] = [
        Self::G0,
        Self::G1a,
        Self::G1b,
        Self::G1c,
        Self::Otv,
        Self::Pmp,
        Self::P4,
        Self::GSingle,
        Self::G2Item,
        Self::G2,
    ];

    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::G0 => "G0",
            Self::G1a => "G1a",
            Self::G1b => "G1b",
            Self::G1c => "G1c",
            Self::Otv => "OTV",
            Self::Pmp => "PMP",
            Self::P4 => "P4",
            Self::GSingle => "G-single",
            Self::G2Item => "G2-item",
            Self::G2 => "G2",
        }
    }
}
