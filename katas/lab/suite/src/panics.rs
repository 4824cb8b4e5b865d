//! The panic hook: what was said, where, and by whom.

use std::any::Any;
use std::panic::PanicHookInfo;
use std::sync::Once;

use protocol::{Outcome, Place, Status};

use crate::Failure;
use crate::run::Run;

/// Who panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The test's own thread, outside of any task.
    Body,
    Task,
    Thread,
}

/// One panic.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The payload's own message.
    pub said: String,
    pub outcome: Outcome,
    pub lane: Lane,
    /// Its payload is a [`Failure`].
    pub lab: bool,
    /// `todo!()` or `unimplemented!()`.
    pub unwritten: bool,
    /// [`crate::expect_panics`] was in force.
    pub expected: bool,
}

impl Seen {
    fn of(info: &PanicHookInfo, run: &Run) -> Self {
        let lane = if tokio::task::try_id().is_some() {
            Lane::Task
        } else if std::thread::current().id() == run.thread {
            Lane::Body
        } else {
            Lane::Thread
        };
        let said = message(info.payload());
        if let Some(Failure(outcome)) = info.payload().downcast_ref() {
            let outcome = outcome.clone();
            return Self { said, outcome, lane, lab: true, unwritten: false, expected: false };
        }
        let unwritten =
            ["not yet implemented", "not implemented"].iter().any(|start| said.starts_with(start));
        let mut outcome = Outcome::new(Status::Fail, said.as_str());
        outcome.place =
            info.location().map(|l| Place { file: l.file().to_owned(), line: l.line() });
        Self { said, outcome, lane, lab: false, unwritten, expected: false }
    }

    /// Whether this panic alone fails the test, caught or not.
    pub fn fatal(&self) -> bool {
        self.unwritten || !self.expected
    }

    /// The outcome as the learner reads it.
    pub fn told(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        let who = match self.lane {
            Lane::Task if !self.lab && !self.unwritten => "This panic was in a spawned task.",
            Lane::Thread if !self.lab && !self.unwritten => "This panic was on another thread.",
            _ => return outcome,
        };
        outcome.message.push('\n');
        outcome.message.push_str(who);
        outcome
    }
}

/// What a panic's payload says.
pub fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(Failure(outcome)) = payload.downcast_ref() {
        return outcome.message.clone();
    }
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Installs the hook, once a process. Outside of a test it does what the hook before it did;
/// inside it is silent (the report comes at the end), unless a backtrace was asked for by hand.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let Some(run) = Run::current() else { return before(info) };
            let seen = Seen::of(info, &run);
            let told = seen.lab || run.graded();
            run.record(seen);
            if !told && std::env::var_os("RUST_BACKTRACE").is_some_and(|v| v != "0") {
                before(info);
            }
        }));
    });
}
