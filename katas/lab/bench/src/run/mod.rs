//! What is kept of measuring, for a report: `run.json`, and beside it a `.hgrm` file for each run.
//!
//! A number without what it was measured with is worth nothing, so both are one document: the
//! variant, the concurrency and the load with its seed, errors, the machine and all versions.

mod files;
mod json;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Machine;
use crate::latency::{Curve, Latencies, Summary};
use crate::load::{Arrivals, Measured, Schedule};

pub use files::Unreadable;

/// All runs of one measuring, and what they were made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    /// Such as `k01`.
    pub kata: String,
    /// A glance, no result.
    pub quick: bool,
    pub machine: Machine,
    /// Of the workbook, and of what else matters: `PostgreSQL`, a crate that is compared.
    pub versions: BTreeMap<String, String>,
    pub runs: Vec<Run>,
}

/// One variant under one load.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was measured, such as `tokio multi-thread`.
    pub variant: String,
    /// Requests in flight at one time, at most.
    pub concurrency: usize,
    pub load: Load,
    /// From the first intended start to the last reply.
    pub time: Duration,
    /// Whether it was stopped before its end. What it has measured holds.
    pub stopped: bool,
    pub summary: Summary,
    /// Kept in a file of its own.
    pub curve: Curve,
}

/// How requests came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// Each after the reply to the last: what the server cannot serve is not asked for, and its
    /// latencies hide that.
    Closed { seed: u64 },
    /// By a schedule.
    Open {
        arrivals: Arrivals,
        /// Requests a second.
        rate: f64,
        seed: u64,
        /// How late the generator itself was, at worst.
        latest: Duration,
    },
}

impl Runs {
    /// No runs yet, on this machine. Of the versions, the workbook's is there.
    pub fn new(kata: &str, quick: bool) -> Self {
        let versions = BTreeMap::from([("trece".into(), env!("CARGO_PKG_VERSION").into())]);
        Self { kata: kata.into(), quick, machine: Machine::read(), versions, runs: Vec::new() }
    }
}

impl Run {
    /// A run that came to its end.
    pub fn new(
        variant: &str,
        concurrency: usize,
        load: Load,
        time: Duration,
        latencies: &Latencies,
    ) -> Self {
        Self {
            variant: variant.into(),
            concurrency,
            load,
            time,
            stopped: false,
            summary: latencies.summary(),
            curve: Curve::of(latencies),
        }
    }

    /// A run of an open load.
    pub fn open(
        variant: &str,
        concurrency: usize,
        schedule: &Schedule,
        measured: &Measured,
    ) -> Self {
        let load = Load::Open {
            arrivals: schedule.arrivals(),
            rate: schedule.rate(),
            seed: schedule.seed(),
            latest: measured.paced.latest,
        };
        let run = Self::new(variant, concurrency, load, measured.time, &measured.latencies);
        Self { stopped: measured.paced.stopped, ..run }
    }

    /// Requests a second that ended well.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    pub fn throughput(&self) -> f64 {
        self.summary.count as f64 / self.time.max(Duration::from_nanos(1)).as_secs_f64()
    }
}
