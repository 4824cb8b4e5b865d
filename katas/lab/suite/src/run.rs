//! The one test that runs in this process now, and what was seen of it.

use std::any::Any;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use protocol::{Outcome, Request, Status};

use crate::executor::Executor;
use crate::panics::{Lane, Seen};
use crate::{Spec, numbers, report};

/// What generators start from without a runner: any constant.
const REPLAY_ENV: &str = "TRECE_REPLAY";
const SEED: u64 = 0x7072_6563_6521;

/// More panics than this are one story told over and over; the last of them is kept as well.
const KEEP: usize = 64;

static CURRENT: Mutex<Option<Arc<Run>>> = Mutex::new(None);

type Narrator = Arc<dyn Fn(&mut Outcome) + Send + Sync>;

pub struct Run {
    pub id: String,
    /// Where the outcome goes, when the runner asked for this test.
    outcome: Option<PathBuf>,
    seed: u64,
    replay: Option<String>,
    /// The thread on which the body runs.
    pub thread: ThreadId,
    pub executor: Mutex<Option<Arc<Executor>>>,
    panics: Mutex<Vec<Seen>>,
    expected: AtomicUsize,
    contexts: Mutex<Vec<(Side, Arc<str>)>>,
    narrator: Mutex<Option<Narrator>>,
    decided: AtomicBool,
    /// Guards of [`crate::exploring`].
    pub exploring: AtomicUsize,
    pub explorations: AtomicUsize,
    /// What its explorations have tried, one after the other.
    pub tried: Mutex<Vec<String>>,
    /// See [`crate::hand_on`].
    pub handed_on: Mutex<Option<Box<dyn Any + Send>>>,
}

/// A panic in the lab must not hide what the lab knows.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run {
    pub fn begin(spec: &Spec, request: Option<&Request>) -> Arc<Self> {
        let run = Arc::new(Self {
            id: spec.id(),
            outcome: request.map(Request::outcome),
            seed: request.map_or(SEED, |r| r.seed),
            replay: match request {
                Some(request) => request.replay.clone(),
                None => std::env::var(REPLAY_ENV).ok().filter(|code| !code.is_empty()),
            },
            thread: std::thread::current().id(),
            executor: Mutex::new(None),
            panics: Mutex::new(Vec::new()),
            expected: AtomicUsize::new(0),
            contexts: Mutex::new(Vec::new()),
            narrator: Mutex::new(None),
            decided: AtomicBool::new(false),
            exploring: AtomicUsize::new(0),
            explorations: AtomicUsize::new(0),
            tried: Mutex::new(Vec::new()),
            handed_on: Mutex::new(None),
        });
        *lock(&CURRENT) = Some(run.clone());
        run
    }

    pub fn current() -> Option<Arc<Self>> {
        lock(&CURRENT).clone()
    }

    pub fn end() {
        lock(&CURRENT).take();
    }

    /// The folder of this test alone, when the runner asked for it.
    pub fn dir(&self) -> Option<PathBuf> {
        Some(self.outcome.as_ref()?.parent()?.to_owned())
    }

    pub fn graded(&self) -> bool {
        self.outcome.is_some()
    }

    pub fn set_narrator(&self, narrator: Option<Narrator>) {
        *lock(&self.narrator) = narrator;
    }

    /// True for the first who asks: body and watchdog may both come to a verdict, and one counts.
    pub fn decide(&self) -> bool {
        !self.decided.swap(true, Ordering::SeqCst)
    }

    /// Called by the panic hook, on the thread that panics, before it unwinds.
    pub fn record(&self, mut seen: Seen) {
        seen.expected = self.expected.load(Ordering::SeqCst) > 0;
        self.put_in_context(&mut seen.outcome);
        let narrator = lock(&self.narrator).clone();
        if let (Some(narrator), false) = (narrator, seen.expected || seen.lab) {
            narrator(&mut seen.outcome);
        }
        let mut panics = lock(&self.panics);
        // A panic while this one unwinds aborts the process: then this is all that is left.
        if seen.fatal() && !panics.iter().any(Seen::fatal) {
            // On a thread of its own: the one that panics may be a coroutine with a small stack.
            let leave = || self.leave(&seen.outcome);
            std::thread::scope(|scope| {
                let _ = std::thread::Builder::new().spawn_scoped(scope, leave);
            });
        }
        if panics.len() == KEEP {
            panics.pop();
        }
        panics.push(seen);
    }

    /// Adds what the test said of its situation.
    pub fn put_in_context(&self, outcome: &mut Outcome) {
        for (side, context) in lock(&self.contexts).iter().rev() {
            let message = &mut outcome.message;
            *message = match side {
                Side::Before => format!("{context}\n{message}"),
                Side::After => format!("{message}\n{context}"),
            };
        }
    }

    /// Puts the outcome where the runner looks for it.
    pub fn leave(&self, outcome: &Outcome) -> std::io::Result<()> {
        match &self.outcome {
            Some(path) => report::write(path, &numbers::outcome(outcome).to_json()),
            None => Ok(()),
        }
    }

    /// Takes back what [`Run::record`] left of a panic that turned out to be no failure.
    pub fn withdraw(&self) {
        if let Some(path) = &self.outcome {
            let _ = std::fs::remove_file(path);
        }
    }

    /// What failed, if anything, now that the body is over. `unwound`: its panic's message.
    pub fn failure(&self, unwound: Option<String>) -> Option<Outcome> {
        let panics = lock(&self.panics);
        let unwritten = panics.iter().find(|s| s.unwritten);
        // An unwinding that was resumed by hand has passed no hook, and is not among them.
        let end = unwound.as_ref().and_then(|message| {
            panics.iter().rposition(|s| s.lane == Lane::Body && s.said == *message)
        });
        // What came before the body's own end is its cause: a body that unwraps the result of a
        // thread or a task fails after it, and says less.
        let cause = panics[..end.map_or(panics.len(), |end| end + 1)]
            .iter()
            .find(|s| !s.expected && (s.lab || s.lane != Lane::Body));
        let seen = unwritten.or(cause).or(end.map(|end| &panics[end]));
        match seen {
            Some(seen) => Some(seen.told()),
            None => unwound.map(|message| Outcome::new(Status::Fail, message)),
        }
    }
}

/// The seed of this test's generators: the runner's, or a constant.
pub fn seed() -> u64 {
    Run::current().map_or(SEED, |run| run.seed)
}

/// The one schedule that is to be run and shown instead of all: what `cargo xtask replay` asked for
/// or, in a plain `cargo test`, `TRECE_REPLAY`.
pub fn replay() -> Option<String> {
    Run::current().and_then(|run| run.replay.clone())
}

/// While the guard lives, a panic on any thread or task is a behaviour that the suite observes
/// (an isolated job, a poisoned lock), and does not fail the test by itself.
///
/// Without it, a panic fails the test wherever it happens, whoever catches it, except when it is
/// caught on the body's own thread outside a task. `todo!()` and `unimplemented!()` always fail it.
///
/// Keep the part that it spans small, and assert on [`ExpectPanics::seen`].
#[must_use = "panics are expected while the guard lives"]
pub fn expect_panics() -> ExpectPanics {
    let run = Run::current();
    let before = run.as_ref().map_or(0, |run| {
        run.expected.fetch_add(1, Ordering::SeqCst);
        lock(&run.panics).len()
    });
    ExpectPanics { run, before }
}

/// See [`expect_panics`].
pub struct ExpectPanics {
    run: Option<Arc<Run>>,
    before: usize,
}

impl ExpectPanics {
    /// How many panics there were since the guard was made.
    pub fn seen(&self) -> usize {
        self.run.as_ref().map_or(0, |run| lock(&run.panics).len().saturating_sub(self.before))
    }
}

impl Drop for ExpectPanics {
    fn drop(&mut self) {
        if let Some(run) = &self.run {
            run.expected.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// While the guard lives, every failure also says this, on a line of its own: which round of a
/// sweep it was, which input.
#[must_use = "failures say it while the guard lives"]
pub fn context(text: impl Into<String>) -> Context {
    Context::add(Side::After, text.into())
}

/// As [`context`], on a line before the failure's own words: what the test had done to the
/// submission, where a panic alone would read as if it came from nowhere.
#[must_use = "failures say it while the guard lives"]
pub fn preface(text: impl Into<String>) -> Context {
    Context::add(Side::Before, text.into())
}

/// Of a failure's own words.
#[derive(Debug, Clone, Copy)]
enum Side {
    Before,
    After,
}

/// See [`context`] and [`preface`].
pub struct Context {
    run: Option<Arc<Run>>,
    text: Arc<str>,
}

impl Context {
    fn add(side: Side, text: String) -> Self {
        let text: Arc<str> = Arc::from(text);
        let run = Run::current();
        if let Some(run) = &run {
            lock(&run.contexts).push((side, text.clone()));
        }
        Self { run, text }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(run) = &self.run {
            let mut contexts = lock(&run.contexts);
            if let Some(at) = contexts.iter().rposition(|(_, c)| Arc::ptr_eq(c, &self.text)) {
                contexts.remove(at);
            }
        }
    }
}
