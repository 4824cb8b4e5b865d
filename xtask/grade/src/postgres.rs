//! The PostgreSQL of a unit.

use xtask::workbook::Outcome;

use crate::class::Bench;

/// A server of one unit, ended with this.
#[derive(Debug)]
pub struct Postgres;

impl Postgres {
    pub fn start(_bench: &Bench) -> Outcome<Self> {
        Ok(Self)
    }
}
