//! What is kept of measuring, for a report: one folder a kata, `.trece/bench/kNN/` where the runner
//! asks for it, with
//!
//! - `run.json` (`trece-run/v1`): every run, and what it was made with. A number without that is
//!   worth nothing, so both are one document: the variant, the concurrency and the load with its
//!   seed, errors, the machine and all versions;
//! - a `.hgrm` file for each run with latencies, which its entry names;
//! - `table.md`: what was told, as text that is shown as it is;
//! - `*.svg`: pictures of the runs, see [`pictures`].
//!
//! [`Runs::keep`] makes the first two complete after each run, so that whatever ends the program
//! leaves what was measured; [`Kept`] is all four. The runs of the reference are in a folder
//! `reference` of that folder, because they are not the learner's.

mod files;
mod json;
mod kept;
mod pictures;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Machine;
use crate::latency::{Curve, Latencies, Summary};
use crate::load::{Arrivals, Measured, Schedule};

pub use files::Unreadable;
pub use kept::{Kept, Refused};
pub use pictures::{Labels, pictures};

/// All runs of one measuring, and what they were made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    /// Such as `k01`.
    pub kata: String,
    /// A glance, no result.
    pub quick: bool,
    /// What [`Run::keys`] are, in JSON: `items`, `accounts`.
    pub keys: Option<String>,
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
    /// How many of what requests choose from, where that differs: see [`crate::Point::keys`].
    pub keys: Option<usize>,
    pub load: Load,
    /// From the first intended start to the last reply; where no reply can be there before a known
    /// time, from then on.
    pub time: Duration,
    /// Whether it was stopped before its end. What it has measured holds.
    pub stopped: bool,
    pub summary: Summary,
    /// What else was counted, a request: such as `retries_per_sale`.
    pub counts: BTreeMap<String, f64>,
    /// Kept in a file of its own. Without steps where latencies were not looked at.
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
        Self {
            kata: kata.into(),
            quick,
            keys: None,
            machine: Machine::read(),
            versions,
            runs: Vec::new(),
        }
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
            keys: None,
            load,
            time,
            stopped: false,
            summary: latencies.summary(),
            counts: BTreeMap::new(),
            curve: Curve::of(latencies),
        }
    }

    /// A run that only counted: so many requests ended well.
    pub fn counted(
        variant: &str,
        concurrency: usize,
        load: Load,
        time: Duration,
        count: u64,
    ) -> Self {
        let mut run = Self::new(variant, concurrency, load, time, &Latencies::new());
        run.summary.count = count;
        run
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
