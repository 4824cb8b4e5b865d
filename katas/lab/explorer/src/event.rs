//! What happened in one schedule, in the order in which it happened.

use std::any::Any;
use std::sync::Arc;

use protocol::timeline::{Row, Timeline};

/// Index of a lane, in the order in which the scenario names them.
pub type LaneId = usize;

/// What a port keeps with an event for telling it later; nothing to the explorer.
pub type Detail = Arc<dyn Any + Send + Sync>;

/// A row of the log.
#[derive(Clone)]
pub struct Event {
    pub lane: LaneId,
    pub kind: Kind,
    /// `SELECT balance → 100`.
    pub text: String,
    pub detail: Option<Detail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Something took effect.
    Step,
    /// The step was begun and waits for these lanes.
    Waits(Vec<LaneId>),
    /// A step that had waited went on, and this is what came of it.
    Resumed,
    /// The explorer made something go wrong.
    Fault,
    /// The lane's function ended, or the lane began anew.
    Life,
}

impl Event {
    pub fn step(text: impl Into<String>) -> Self {
        Self { lane: 0, kind: Kind::Step, text: text.into(), detail: None }
    }

    pub fn fault(text: impl Into<String>) -> Self {
        Self { kind: Kind::Fault, ..Self::step(text) }
    }

    #[must_use]
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.lane, self.kind, self.text)
    }
}

/// The log as a timeline without marks, tables or notes.
pub fn timeline(lanes: &[String], log: &[Event]) -> Timeline {
    let rows = log.iter().map(|event| {
        let row = Row::new(event.lane, event.text.clone());
        match &event.kind {
            Kind::Waits(by) if !by.is_empty() => {
                let by: Vec<&str> = by.iter().map(|l| short(&lanes[*l])).collect();
                row.mark(format!("waits for {}", by.join(" and ")))
            }
            Kind::Waits(_) => row.mark("waits"),
            _ => row,
        }
    });
    Timeline { lanes: lanes.to_vec(), rows: rows.collect(), ..Timeline::default() }
}

/// `A: 30 from 1 to 2` is called `A` in a sentence and in a replay code.
pub fn short(lane: &str) -> &str {
    lane.split_once(':').map_or(lane, |(name, _)| name)
}
