//! What `#[suite::test]` expands to.
//!
//! A test ends in one of three ways. It returns: the receipt is written. It fails: the outcome is
//! written and libtest sees a panic. It never returns: the watchdog writes the outcome and ends
//! the process. A process that leaves in the middle (`exit`, `abort`) has written no receipt.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use protocol::Outcome;

use crate::executor::Executor;
use crate::run::{Run, lock};
use crate::watchdog::Watchdog;
use crate::{Spec, panics, report, request, sentinel, tasks};

/// The clock of an async test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Real,
    /// tokio's paused clock: it moves when nothing can run, straight to the next timer.
    Paused,
}

/// Panics, the model's mode and standard input belong to the process: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a plain test on the calling thread.
///
/// # Panics
/// When the test failed, and never with a message: that was reported.
pub fn plain(spec: &Spec, body: impl FnOnce()) {
    run(spec, false, Box::new(body));
}

/// As [`plain`], for an explorer: each [`crate::pulse`] grants the deadline anew.
pub fn guard(spec: &Spec, body: impl FnOnce()) {
    run(spec, true, Box::new(body));
}

/// Runs an async test on a current-thread runtime of its own, then looks for tasks that are left.
///
/// # Panics
/// As [`plain`].
pub fn task<'a, F>(spec: &Spec, clock: Clock, body: impl FnOnce() -> F + 'a)
where
    F: Future<Output = ()> + 'a,
{
    drive(spec, clock, Box::pin(async move { body().await }));
}

/// Boxed: what all tests share, tokio's part of it above all, is compiled here, and not into a suite
/// once a test.
fn drive(spec: &Spec, clock: Clock, body: Pin<Box<dyn Future<Output = ()> + '_>>) {
    let body = move || {
        let (executor, runtime) = Executor::start(clock);
        *lock(&Run::current().expect("a test runs").executor) = Some(executor.clone());
        let end = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                match clock {
                    Clock::Real => body.await,
                    Clock::Paused => sentinel::watch(body, executor.clone()).await,
                }
                tasks::check_leaks(clock).await;
            });
        }));
        executor.set_over();
        match end {
            Ok(()) => drop(runtime),
            // What failed is known: do not wait for blocking work that may never end.
            Err(payload) => {
                runtime.shutdown_background();
                resume_unwind(payload);
            }
        }
    };
    run(spec, false, Box::new(body));
}

/// Lets `narrator` complete the outcome of a panic (its timeline, its replay code) before the
/// thread unwinds: what is known then may be gone later, and a second panic while unwinding aborts
/// the process. It is called for every panic that is neither expected nor the lab's own, on the
/// thread that panics; until the guard is dropped.
///
/// A panic of the narrator itself aborts the process.
pub fn narrate(narrator: impl Fn(&mut Outcome) + Send + Sync + 'static) -> Narration {
    let run = Run::current();
    if let Some(run) = &run {
        run.set_narrator(Some(Arc::new(narrator)));
    }
    Narration(run)
}

/// See [`narrate`].
#[must_use = "the narrator is called while the guard lives"]
pub struct Narration(Option<Arc<Run>>);

impl Drop for Narration {
    fn drop(&mut self) {
        if let Some(run) = &self.0 {
            run.set_narrator(None);
        }
    }
}

fn run(spec: &Spec, pulsed: bool, body: Box<dyn FnOnce() + '_>) {
    let one = lock(&ONE_AT_A_TIME);
    let request = request::take();
    panics::install();
    let run = Run::begin(spec, request.as_ref());
    let watchdog = Watchdog::start(run.clone(), spec.deadline, pulsed);
    let end = catch_unwind(AssertUnwindSafe(body));
    while !run.decide() {
        // The watchdog was first: it is about to end the process.
        std::thread::park();
    }
    drop(watchdog);
    let failure = run.failure(end.err().map(|payload| panics::message(&*payload)));
    Run::end();
    match (failure, request) {
        (None, None) => {}
        (None, Some(request)) => {
            run.withdraw();
            report::write(&request.receipt(), &request.token).expect("the receipt is written");
        }
        (Some(outcome), request) => {
            let left = run.leave(&outcome);
            if request.is_none() || left.is_err() {
                eprintln!("{}", report::text(&run.id, &outcome));
            }
            drop(one);
            // Past the hook: it was told already.
            resume_unwind(Box::new("the test failed"));
        }
    }
}
