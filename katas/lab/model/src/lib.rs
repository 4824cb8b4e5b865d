//! Threads and locks that can be explored: std's names in front of std and of loom, chosen at run
//! time, so that one binary holds plain tests and models.
//!
//! The code under test uses [`sync`], [`thread`] and [`hint`] as it would use std's. A test
//! wraps it in [`run`] (`#[suite::test(model)]`) or [`explore`]: then loom runs it in every
//! schedule that can make a difference, each operation is written down with the line that did it,
//! and the schedule that fails is shown as a timeline, one column a thread.
//!
//! ```
//! use model::sync::{Arc, Mutex};
//!
//! let outcome = model::explore(|| {
//!     let account = Arc::new(Mutex::new(0_u64));
//!     let deposit = |account: Arc<Mutex<u64>>| move || {
//!         let balance = *account.lock().unwrap();
//!         *account.lock().unwrap() = balance + 10;
//!     };
//!     let a = model::lane("A: deposit 10", deposit(Arc::clone(&account)));
//!     let b = model::lane("B: deposit 10", deposit(Arc::clone(&account)));
//!     a.join().unwrap();
//!     b.join().unwrap();
//!     assert_eq!(*account.lock().unwrap(), 20);
//! });
//! assert!(outcome.is_err(), "one deposit is lost in some schedule");
//! ```
//!
//! What is not seen: state that bypasses the facade (std's own atomics, `Arc::strong_count`,
//! channels), which is why a model that saw no operation at all fails.

mod beside;
mod diagnose;
mod explore;
pub mod fault;
pub mod hint;
mod hook;
mod join;
mod log;
mod marks;
mod overtake;
mod run;
mod search;
mod show;
mod state;
pub mod sync;
pub mod thread;
mod timeline;

use std::panic::Location;
use std::sync::Arc;

use protocol::timeline::Table;

pub use beside::{blocks_nobody, check_beside, check_blocks_nobody, runs_beside};
pub use explore::{Explored, explore};
pub use overtake::overtaken;

/// What `#[suite::test(model)]` expands to: explores `body` under the suite's harness.
///
/// # Panics
/// When a schedule fails, as every test of the suite does.
pub fn run(spec: &suite::Spec, body: impl Fn() + Send + Sync + 'static) {
    run_body(spec, Arc::new(body));
}

fn run_body(spec: &suite::Spec, body: explore::Body) {
    suite::harness::guard(spec, move || {
        let _narration = suite::harness::narrate(explore::narrate);
        // Its end is the test's, too: what it holds may panic when it is dropped.
        let body = body;
        match explore::explore_all(&body) {
            Ok(Explored { schedules, fingerprint, .. }) => {
                suite::fingerprint(&format!("{schedules} schedules, {fingerprint:016x}"));
            }
            Err(outcome) => suite::fail(*outcome),
        }
    });
}

/// Starts a thread with a column of its own in the timeline. `A: withdraw 70` heads the column;
/// in a sentence the thread is called `A`.
///
/// # Panics
/// As [`thread::spawn`].
#[track_caller]
pub fn lane<F, T>(name: &'static str, f: F) -> thread::JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    thread::spawn_as(Some(name), f, Location::caller())
}

/// Adds a table under the timeline, should this schedule fail: call it before the assertion. Its
/// first row is the heading. Outside a model nothing happens.
pub fn table<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) {
    if let Some(run) = search::current() {
        run.state().tables.push(Table { rows: rows.into_iter().map(Vec::from).collect() });
    }
}

/// Adds a sentence under the timeline, should this schedule fail.
pub fn note(text: impl Into<String>) {
    if let Some(run) = search::current() {
        run.state().notes.push(text.into());
    }
}
