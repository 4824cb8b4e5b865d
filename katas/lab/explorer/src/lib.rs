//! Every schedule of a few actors.
//!
//! A [`Scenario`] has a [`World`], which the actors share through *ports*, and some *lanes*, the
//! actors. A port asks the [`Gate`] before each thing that others could notice
//! ([`Gate::enter`]), and says afterwards what it touched ([`Gate::leave`]). While a lane waits at
//! the gate, the explorer decides who moves next. It runs the scenario from a fresh state again and
//! again until every sequence of decisions was run, or one with the same result ([`explore`]).
//!
//! On a failure it looks for the failing schedule with the fewest switches between lanes, and gives
//! it as an [`Outcome`]: what is wrong, a timeline, and a *replay code* such as `A.B4.A3`, with
//! which [`replay`] runs that schedule again. In a [`play`] somebody else decides.
//!
//! It knows nothing of what a step is. Everything is on one thread; every lane has a tokio runtime
//! of its own, with a clock that moves only when nobody can move. So the same code gives the same
//! schedules, always.
//!
//! # A port in this process
//!
//! A counter with a read and a write:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use explorer::{Actor, Choice, Done, Footprint, Returned, Scenario, Step, Trouble, World};
//!
//! #[derive(Clone, Default)]
//! struct Counter(Arc<Mutex<i32>>);
//!
//! impl World for Counter {
//!     async fn reset(&mut self) -> Result<(), Trouble> {
//!         *self.0.lock().unwrap() = 0;
//!         Ok(())
//!     }
//!     async fn state(&mut self) -> Result<String, Trouble> {
//!         Ok(self.0.lock().unwrap().to_string())
//!     }
//! }
//!
//! impl Counter {
//!     async fn read(&self, me: &Actor) -> i32 {
//!         me.step(Step::new("read"), |_| {
//!             let value = *self.0.lock().unwrap();
//!             (format!("read → {value}"), Done::touching(Footprint::nothing().reads("n")), value)
//!         })
//!         .await
//!     }
//!     async fn write(&self, me: &Actor, value: i32) {
//!         me.step(Step::new(format!("write {value}")), |_| {
//!             *self.0.lock().unwrap() = value;
//!             (format!("write {value}"), Done::touching(Footprint::nothing().writes("n")), ())
//!         })
//!         .await;
//!     }
//! }
//!
//! let counter = Counter::default();
//! let add_one = move |counter: Counter| {
//!     move |me: Actor| -> explorer::Body {
//!         let counter = counter.clone();
//!         Box::pin(async move {
//!             let seen = counter.read(&me).await;
//!             counter.write(&me, seen + 1).await;
//!             Returned { text: "()".into(), ok: true, gave_up: false }
//!         })
//!     }
//! };
//! let scenario = Scenario::new(counter.clone())
//!     .lane("A: add 1", add_one(counter.clone()))
//!     .lane("B: add 1", add_one(counter))
//!     .serializable();
//! let outcome = explorer::explore(scenario).unwrap_err();
//! assert_eq!(outcome.replay.as_deref(), Some("A.B2.A"));
//! ```
//!
//! Ports that can break, beside a world or alone: [`port`].
//!
//! # What it does not see
//!
//! Lanes that share state without a port: the reduction takes their steps for independent, and what
//! happens between two decisions has no fixed order. Threads and blocking work of a lane run on
//! their own. A lane that sleeps is woken when nobody else can move.

mod actor;
mod again;
mod code;
mod drive;
mod event;
mod fingerprint;
mod footprint;
mod gate;
mod harm;
mod life;
mod oracle;
mod path;
pub mod port;
mod replay;
mod scenario;
mod search;
mod settle;
mod stage;
mod watch;
mod world;

use protocol::{Outcome, Status};

pub use actor::{Actor, Body};
pub use code::{BadCode, Code};
pub use event::{Detail, Event, Kind, LaneId, short, timeline};
pub use footprint::Footprint;
pub use gate::{Choice, Done, Gate, Over, Step, Strand};
pub use harm::{Fault, Harm, Harmed};
pub use oracle::Serial;
pub use port::{Caller, Lost, Port, Ports, Reply};
pub use replay::{Move, Replayed, Situation};
pub use scenario::{Bounds, Scenario};
pub use search::Explored;
pub use world::{Ended, Finding, Returned, Run, Trouble, Wait, World};

use search::Search;
use stage::{Beat, Stage};
use std::sync::Arc;

/// Runs every schedule.
///
/// # Errors
/// With the failing schedule that has the fewest switches. Its status is [`Status::Fail`] or
/// [`Status::Stuck`]; or [`Status::InfraError`], when the world does not work or the same schedule
/// went differently the second time.
///
/// # Panics
/// Inside a tokio runtime.
pub fn explore(scenario: Scenario) -> Result<Explored, Box<Outcome>> {
    watch::watched(move |gate, beat| search(scenario, gate, beat).explore())?
        .unwrap_or_else(|trouble| Err(Box::new(infrastructure(&trouble))))
}

/// Runs one schedule by its code.
///
/// # Errors
/// With what is wrong with the code ([`BadCode`] inside), or, outside, as [`explore`].
///
/// # Panics
/// Inside a tokio runtime.
pub fn replay(scenario: Scenario, code: &str) -> Result<Result<Replayed, BadCode>, Box<Outcome>> {
    let code: Code = match code.parse() {
        Ok(code) => code,
        Err(bad) => return Ok(Err(bad)),
    };
    watch::watched(move |gate, beat| search(scenario, gate, beat).replay(&code))?
        .map_err(|trouble| Box::new(infrastructure(&trouble)))
}

/// Runs one schedule whose decisions `driver` makes: an index into [`Situation::moves`], or `None`
/// to leave (then there is no result).
///
/// # Errors
/// As [`explore`].
///
/// # Panics
/// Inside a tokio runtime.
pub fn play(
    scenario: Scenario,
    mut driver: impl FnMut(&Situation) -> Option<usize> + Send + 'static,
) -> Result<Option<Replayed>, Box<Outcome>> {
    watch::watched(move |gate, beat| search(scenario, gate, beat).play(&mut driver))?
        .map_err(|trouble| Box::new(infrastructure(&trouble)))
}

fn search(scenario: Scenario, gate: Gate, beat: Arc<Beat>) -> Search {
    let oracle = scenario.oracle;
    Search::new(Stage::new(scenario, gate, beat), oracle)
}

fn infrastructure(trouble: &Trouble) -> Outcome {
    Outcome::new(Status::InfraError, trouble.0.as_str())
}
