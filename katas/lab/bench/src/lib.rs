//! What every bench shares, so that a kata's own holds only its load, its ways and its words.
//!
//! A bench compares a few *ways* to do the same ([`Way`]) at the points of a field ([`Point`]: how
//! many ask at one time, and how many keys they choose from). What it has to bring is one run
//! ([`Bench::run`]); the rest is here:
//!
//! - [`start`]: the program's frame, with the arguments that all benches know ([`Options`]).
//! - [`Series`]: the order of measuring. Ways take turns in rounds, code that is found wrong is
//!   given up and has no number ([`Trouble`]), and a ratio is always one of the same round.
//! - [`panics`]: panics of the measured code, told instead of printed.
//! - [`Machine`] and [`Others`]: what absolute numbers belong to.
//! - [`say`], [`show`]: lines of 80 columns or plain sentences; numbers of three digits.
//! - [`Report`]: the JSON (`trece-bench/v1`).
//! - [`transactions`]: the whole table of a bench of transactions, by clients who wait for one
//!   before they ask for the next.
//!
//! For load that does not wait, and for reports:
//!
//! - [`load`]: a schedule of intended starts, and a run of it on whatever serves requests.
//! - [`latency`]: histograms from the intended start, one a worker, merged; percentile curves.
//! - [`run`]: what is kept, and where: `run.json`, curves, the table, pictures.
//! - [`picture`]: SVG, byte for byte the same for the same data.
//! - [`Interrupt`] and [`Progress`]: Ctrl-C keeps what was measured; how long it will still take.
//! - [`Told`]: what is measured, on its way to the reader and to the folder that keeps it.
//! - [`quick`]: what the tests of every bench ask of its program.
//!
//! Nothing here knows a kata, and nothing here fails a suite: what depends on the machine is
//! measured and told, and never judged by an absolute number.

mod interrupt;
mod lang;
pub mod latency;
pub mod load;
mod machine;
mod options;
mod others;
pub mod panics;
pub mod picture;
mod point;
mod progress;
pub mod quick;
mod report;
pub mod run;
pub mod say;
mod series;
pub mod show;
mod spread;
mod start;
mod told;
pub mod transactions;
mod trouble;
mod way;
mod words;

pub use interrupt::Interrupt;
pub use lang::{Lang, fill};
pub use machine::{Machine, cores};
pub use options::{Asked, Effort, Options, Profile, parse};
pub use others::Others;
pub use point::Point;
pub use progress::{Progress, ProgressLine};
pub use report::{Columns, Report};
pub use series::{Bench, Cell, Results, Row, Series, Turn};
pub use spread::{Spread, spread};
pub use start::{End, exit, start};
pub use told::Told;
pub use trouble::{Finding, Trouble};
pub use way::{Rate, Way};
