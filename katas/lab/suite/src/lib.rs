//! What every test of a suite stands on.
//!
//! ```ignore
//! /// Whoever asks first is answered first.
//! #[suite::test(paused)]
//! async fn arrival_order_is_kept() { /* ... */ }
//! ```
//!
//! [`test`] makes a libtest test out of such a function and runs it under [`harness`], which
//!
//! - reads the runner's request before anything else, and writes the receipt only after the body
//!   has returned;
//! - fails a test on any `todo!()`, on a panic in a task or thread that nobody expected
//!   ([`expect_panics`]), and on tasks that outlive the test ([`tasks`]);
//! - says *stuck* by itself, and why: deadlock in virtual time, an executor that is blocked, a
//!   livelock, a thread that never returns. How long that takes decides only how soon a wrong
//!   answer is told: no right answer is ever failed by a clock;
//! - drops a future at every point where it can be dropped ([`cancel`]).
//!
//! Without a request (a plain `cargo test`) the same holds, failures are printed, and the tests of
//! one process run one after the other: panics, tasks and the model are the process's.

mod alarm;
pub mod cancel;
mod examiner;
mod executor;
mod exploring;
mod failure;
mod fingerprint;
pub mod harness;
pub mod numbers;
mod panics;
mod report;
mod request;
mod run;
pub mod say;
mod sentinel;
pub mod tasks;
mod watchdog;

use std::time::Duration;

pub use exploring::{Exploring, exploration, exploring, hand_on, handed_on, numbered, replay_of};
pub use failure::{Failure, fail, not_verified};
pub use fingerprint::fingerprint;
pub use run::{Context, ExpectPanics, context, expect_panics, preface, replay, seed};
pub use suite_macros::test;
pub use watchdog::pulse;

/// What `#[suite::test]` knows of its test.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// `module_path!()` of the test: `suite::s2_lock`.
    pub module: &'static str,
    /// The function: `never_negative`.
    pub name: &'static str,
    /// Without an end for so long, the test is stuck; one that explores, so long without progress
    /// ([`exploring`]). Counted in ticks of the watchdog, not by a clock: see [`harness`].
    pub deadline: Duration,
}

impl Spec {
    /// `s2_lock::never_negative`: the path without the crate, as libtest names the test.
    pub fn id(&self) -> String {
        match self.module.split_once("::") {
            Some((_, module)) => format!("{module}::{}", self.name),
            None => self.name.to_owned(),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::Spec;
    use std::time::Duration;

    #[test]
    fn a_test_is_named_as_libtest_names_it() {
        let spec = |module| Spec { module, name: "holds", deadline: Duration::from_secs(1) };
        assert_eq!(spec("suite::s2_lock").id(), "s2_lock::holds");
        assert_eq!(spec("suite::s2_lock::deep").id(), "s2_lock::deep::holds");
        assert_eq!(spec("suite").id(), "holds");
    }
}
