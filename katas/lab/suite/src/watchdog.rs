//! A thread that tells a test that will never end from one that takes its time.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use protocol::{ALIVE, Outcome, Status};

use crate::examiner::{Cause, Examiner, ExecutorSigns, Finding, Signs, TICK};
use crate::run::{Run, lock};
use crate::{report, sentinel};

static PULSES: AtomicU64 = AtomicU64::new(0);

/// Says that the test got further: an explorer calls it for each step of an exploration that is
/// bounded otherwise. It grants the deadline anew to a body under [`crate::harness::guard`] and
/// while the test is [`crate::exploring`]; nothing to another test, which might call it for ever.
pub fn pulse() {
    PULSES.fetch_add(1, Ordering::Relaxed);
}

/// libtest's exit status when a test failed.
const FAILED: i32 = 101;

pub struct Watchdog {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// `pulsed`: [`pulse`] grants the deadline anew.
    pub fn start(run: Arc<Run>, deadline: Duration, pulsed: bool) -> Self {
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            let mut examiner = Examiner::new(deadline);
            let mut life = Life::default();
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let signs = signs(&run, pulsed);
                life.show(&run, signs.pulses);
                match examiner.tick(signs) {
                    None => {}
                    Some(Finding::Ask) => {
                        if let Some(executor) = &*lock(&run.executor) {
                            executor.ask_for_a_beat();
                        }
                    }
                    Some(Finding::Stuck(cause)) if run.decide() => end(&run, cause, deadline),
                    Some(Finding::Stuck(_)) => return,
                }
            }
        };
        let thread = std::thread::Builder::new().name("watchdog".into()).spawn(watch);
        Self { stop: Some(stop), thread: Some(thread.expect("a thread for the watchdog")) }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Shows the runner that an exploration gets further: it has a deadline of its own.
#[derive(Default)]
struct Life {
    ticks: u64,
    shown: u64,
}

impl Life {
    /// Ticks between two signs: a second.
    const EVERY: u64 = 50;

    fn show(&mut self, run: &Run, pulses: u64) {
        self.ticks += 1;
        if self.ticks < Self::EVERY || pulses == self.shown {
            return;
        }
        *self = Self { ticks: 0, shown: pulses };
        if let Some(dir) = run.dir() {
            // At worst the runner loses patience.
            let _ = report::write(&dir.join(ALIVE), &pulses.to_string());
        }
    }
}

fn signs(run: &Run, pulsed: bool) -> Signs {
    Signs {
        pulses: if pulsed || run.exploring.load(Ordering::SeqCst) > 0 {
            PULSES.load(Ordering::Relaxed)
        } else {
            0
        },
        executor: lock(&run.executor).as_ref().map(|e| ExecutorSigns {
            parks: e.parks(),
            parked: e.parked(),
            beats: e.beats(),
            over: e.over(),
        }),
    }
}

/// Reports, and ends the process: the body's thread cannot be ended otherwise.
fn end(run: &Run, cause: Cause, deadline: Duration) -> ! {
    let outcome = diagnosis(run, cause, deadline.as_secs());
    let left = run.leave(&outcome);
    if !run.graded() || left.is_err() {
        // Not `eprintln!`: libtest would capture it, and show it after an end that never comes.
        let _ = std::io::stderr().write_all(report::text(&run.id, &outcome).as_bytes());
    }
    std::process::exit(FAILED)
}

fn diagnosis(run: &Run, cause: Cause, seconds: u64) -> Outcome {
    let message = match cause {
        Cause::Blocked => {
            "The executor has not polled any task for 2 s: something blocks its thread,\n\
             for example a std lock held across an await, or CPU work in an async fn."
                .to_owned()
        }
        Cause::Spins => {
            format!("It spins: for {seconds} s it keeps running without waiting for anything.")
        }
        Cause::Waits => format!(
            "It did not return within {seconds} s: it waits for something that never comes, or it loops."
        ),
        Cause::Lingers => {
            "The test is over, but its runtime does not end: work that was given to\n\
             `spawn_blocking` still runs."
                .to_owned()
        }
    };
    let mut outcome = match &*lock(&run.executor) {
        Some(executor) => sentinel::stuck(&message, executor),
        None => Outcome::new(Status::Stuck, message),
    };
    run.put_in_context(&mut outcome);
    outcome
}
