//! Every interleaving of a few sessions on a real PostgreSQL.
//!
//! ```ignore
//! /// However two transfers overlap, no money appears or vanishes.
//! #[suite::test]
//! fn conserved_in_every_interleaving() {
//!     sessions::explore(
//!         Scenario::new(SCHEMA, "INSERT INTO account VALUES (1, 100), (2, 0), (3, 0)")
//!             .lane("A: 30 from 1 to 2", |db| Box::pin(transfer(db, 30, 1, 2)))
//!             .lane("B: 50 from 1 to 3", |db| Box::pin(transfer(db, 50, 1, 3)))
//!             .retryable(&["40001", "40P01"])
//!             .serializable_outcome()
//!             .invariant("the total is 100", "SELECT sum(balance) = 100 FROM account"),
//!     );
//! }
//! ```
//!
//! The functions block: they are for plain tests, `fn` and not `async fn`.

use std::sync::Arc;

use explorer::{Actor, Body, Bounds, Harm, Port, Ports};
use protocol::{Outcome, Status};
use tokio_postgres::Client;

pub use explorer::{BadCode, Caller, Ended, Explored, Move, Replayed, Returned, Run, Situation};

use super::check::Checks;
pub use super::check::Ran;
use super::door::with_client;
pub use super::door::{Door, LaneFuture};
use super::open::{Open, open};

/// Something that goes wrong at the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before the statement arrives.
    CutBefore,
    /// The connection is cut when the server has committed and before its reply arrives.
    CutAfter,
    /// The server ends the session (57P01) before the statement has an effect.
    Kill,
}

/// What a fault does to the lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Harmful {
    /// Its connection breaks.
    #[default]
    Breaks,
    /// Its process dies.
    Crashes,
    /// The client of the request that it serves hangs up.
    HangsUp,
}

impl Fault {
    pub(super) fn told(self, how: Harmful) -> explorer::Fault {
        match (self, how) {
            (Self::Kill, Harmful::Crashes) => {
                explorer::Fault { name: "the server ends the session", harm: Harm::DiesBefore }
            }
            (Self::Kill, _) => {
                explorer::Fault { name: "the server ends the session", harm: Harm::LostBefore }
            }
            (Self::CutBefore, _) => how.before().into(),
            (Self::CutAfter, _) => how.after().into(),
        }
    }
}

impl Harmful {
    fn before(self) -> Harm {
        match self {
            Self::Breaks => Harm::LostBefore,
            Self::Crashes => Harm::DiesBefore,
            Self::HangsUp => Harm::HangsUpBefore,
        }
    }

    fn after(self) -> Harm {
        match self {
            Self::Breaks => Harm::LostAfter,
            Self::Crashes => Harm::DiesAfter,
            Self::HangsUp => Harm::HangsUpAfter,
        }
    }

    /// What may go wrong with the call of a port in this process.
    pub(super) fn at_ports(self, kinds: &[Fault]) -> Vec<Harm> {
        let kinds = kinds.iter().filter_map(|kind| match kind {
            Fault::CutBefore => Some(self.before()),
            Fault::CutAfter => Some(self.after()),
            Fault::Kill => None,
        });
        kinds.collect()
    }
}

pub(super) type Lane = Box<dyn Fn(Actor, Door) -> Body + Send + Sync>;

/// Sessions, the tables that they share, and what is looked at.
pub struct Scenario {
    pub(super) schema: String,
    pub(super) rows: String,
    pub(super) state: Option<String>,
    pub(super) lanes: Vec<(String, Lane)>,
    pub(super) checks: Checks,
    pub(super) serializable: bool,
    pub(super) retryable: Vec<String>,
    pub(super) kinds: Vec<Fault>,
    pub(super) how: Harmful,
    pub(super) faulty: Option<Vec<String>>,
    pub(super) bounds: Bounds,
    pub(super) ports: Ports,
}

impl Scenario {
    /// `schema` is run once for a database, by the superuser, and `rows` before each schedule.
    /// Both may be several statements.
    pub fn new(schema: &str, rows: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            rows: rows.to_owned(),
            state: None,
            lanes: Vec::new(),
            checks: Checks::default(),
            serializable: false,
            retryable: Vec::new(),
            kinds: vec![Fault::CutBefore, Fault::CutAfter, Fault::Kill],
            how: Harmful::default(),
            faulty: None,
            bounds: Bounds::default(),
            ports: Ports::default(),
        }
    }

    /// A session: `A`, or `A: what it does`. Its function runs once in each schedule, on a fresh
    /// client. What it returns counts as equal if its `Debug` text is.
    #[must_use]
    pub fn lane<T, E, F>(self, name: &str, function: F) -> Self
    where
        T: std::fmt::Debug + 'static,
        E: std::fmt::Debug + 'static,
        F: for<'a> Fn(&'a mut Client) -> LaneFuture<'a, T, E> + Send + Sync + 'static,
    {
        self.body(
            name,
            with_client(Arc::new(move |client, door| {
                let lane = function(client);
                Box::pin(async move { door.returned(&lane.await) })
            })),
        )
    }

    /// A lane that connects by itself, as often as it likes: after a cut, or twice at once.
    #[must_use]
    pub fn lane_connecting<T, E, F>(self, name: &str, function: F) -> Self
    where
        T: std::fmt::Debug + 'static,
        E: std::fmt::Debug + 'static,
        F: Fn(Door) -> LaneFuture<'static, T, E> + Send + Sync + 'static,
    {
        let lane = move |_, door: Door| -> Body {
            let lane = function(door.clone());
            Box::pin(async move { door.returned(&lane.await) })
        };
        self.body(name, Box::new(lane))
    }

    fn body(mut self, name: &str, body: Lane) -> Self {
        self.lanes.push((name.to_owned(), body));
        self
    }

    /// The final rows and the returned values must be those of some order of one session after the
    /// other. Sessions that gave up ([`Scenario::retryable`]) are left out. Columns whose default
    /// is not a constant (serial ids, `now()`) are not compared.
    #[must_use]
    pub fn serializable_outcome(mut self) -> Self {
        self.serializable = true;
        self
    }

    /// What is compared and shown instead of all tables: an ordered SELECT.
    #[must_use]
    pub fn state(mut self, sql: &str) -> Self {
        self.state = Some(sql.trim().trim_end_matches(';').to_owned());
        self
    }

    /// `sql` must answer true after every schedule; `sentence` goes on with "It does not hold
    /// that …". A second column, if there is one, is text that is shown beneath: the evidence.
    #[must_use]
    pub fn invariant(mut self, sentence: &str, sql: &str) -> Self {
        let sql = sql.trim().trim_end_matches(';').to_owned();
        self.checks.invariants.push((sentence.to_owned(), sql));
        self
    }

    /// Something else that must be so after every schedule; the error is the failure's message.
    #[must_use]
    pub fn check(
        mut self,
        check: impl Fn(&Ran) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.checks.others.push(Box::new(check));
        self
    }

    /// SQLSTATEs after which a session may give up: if it returns an error and the last thing that
    /// it heard from the server was one of these, it must have done nothing.
    #[must_use]
    pub fn retryable(mut self, states: &[&str]) -> Self {
        self.retryable = states.iter().map(ToString::to_string).collect();
        self
    }

    /// An error that a session returns fails the schedule, unless something went wrong with it on
    /// purpose.
    #[must_use]
    pub fn every_lane_succeeds(mut self) -> Self {
        self.checks.every_lane_succeeds = true;
        self
    }

    /// At most so many faults in one schedule.
    #[must_use]
    pub fn faults(mut self, most: usize) -> Self {
        self.bounds.faults = most;
        self
    }

    /// Which faults; all of them otherwise.
    #[must_use]
    pub fn fault_kinds(mut self, kinds: &[Fault]) -> Self {
        self.kinds = kinds.to_vec();
        self
    }

    /// Faults happen only to these lanes.
    #[must_use]
    pub fn faults_on(mut self, lanes: &[&str]) -> Self {
        self.faulty = Some(lanes.iter().map(ToString::to_string).collect());
        self
    }

    /// A fault is the death of the lane's process: its ports are fenced, its connections are cut,
    /// its runtime is dropped. [`Fault::CutBefore`] and [`Fault::CutAfter`] then mean: before the
    /// effect of a statement or of a port's call, and after it, before its reply.
    #[must_use]
    pub fn crashes(mut self) -> Self {
        self.how = Harmful::Crashes;
        self
    }

    /// A fault is a client that hangs up: the request that the lane serves
    /// ([`Door::until_hung_up`]) is dropped where it waits, before the effect of a port's call
    /// ([`Fault::CutBefore`]), or after the effect of a call or of a statement, before its reply
    /// ([`Fault::CutAfter`]). The lane goes on, and so does what the request has spawned: its calls
    /// and its statements are made all the same, and it hears of them.
    #[must_use]
    pub fn hang_ups(mut self) -> Self {
        self.how = Harmful::HangsUp;
        self
    }

    /// Something in this process that the lanes share beside the database: a gateway, a mailer, a
    /// broker. It is put back before each schedule, and what it holds at the end is compared and
    /// shown as the tables are. A lane calls it by a handle made from [`Door::caller`]; each call
    /// is a choice point, with the faults of the scenario.
    #[must_use]
    pub fn port(mut self, port: impl Port) -> Self {
        self.ports.add(Arc::new(port));
        self
    }

    /// A lane whose process died begins anew.
    #[must_use]
    pub fn restarts(mut self) -> Self {
        self.bounds.restarts = true;
        self
    }

    /// At most so many schedules.
    #[must_use]
    pub fn most(mut self, schedules: u64) -> Self {
        self.bounds.schedules = schedules;
        self
    }

    /// Runs every schedule, and not one for each result.
    #[must_use]
    pub fn without_reduction(mut self) -> Self {
        self.bounds.reduce = false;
        self
    }

    /// Called before each schedule: for state of the test's own.
    #[must_use]
    pub fn before(mut self, before: impl Fn() + Send + Sync + 'static) -> Self {
        self.checks.before = Some(Box::new(before));
        self
    }
}

/// Runs every schedule, and fails the test with the first that must not be, shown with the fewest
/// switches.
///
/// Where one schedule was asked for ([`suite::replay`]), it runs that one, shows it, and ends the
/// test without a receipt. The code is `A.B4.A3`, or `A.B4.A3~2` for the second exploration of a
/// test that has several.
///
/// # Panics
/// To fail the test; inside an async runtime.
pub fn explore(scenario: Scenario) -> Explored {
    let number = suite::exploration();
    if let Some(code) = suite::replay_of(number) {
        show(scenario, &code, number);
    }
    search(scenario).unwrap_or_else(|outcome| suite::fail(suite::numbered(*outcome, number)))
}

/// Shows that schedule, and ends the test whatever comes of it.
fn show(scenario: Scenario, code: &str, number: usize) -> ! {
    let outcome = match replay(scenario, code) {
        Err(bad) => Outcome::new(Status::Fail, bad.to_string()),
        Ok(replayed) => replayed.told(),
    };
    suite::fail(suite::numbered(outcome, number))
}

/// As [`explore`], where the schedule that must not be is what the test looks for.
///
/// # Errors
/// With that schedule.
///
/// # Panics
/// To end the test without PostgreSQL, or when the server refuses the scenario's SQL; inside an
/// async runtime.
pub fn search(scenario: Scenario) -> Result<Explored, Box<Outcome>> {
    let found = on(scenario, explorer::explore);
    suite::fingerprint(&match &found {
        Ok(all) => format!("{} schedules, {:016x}", all.schedules, all.fingerprint),
        Err(outcome) => format!("fails: {}", outcome.replay.as_deref().unwrap_or_default()),
    });
    match found {
        Err(outcome) if outcome.status == Status::InfraError => suite::fail(*outcome),
        found => found,
    }
}

/// Runs one schedule by its replay code.
///
/// # Errors
/// When the code cannot be read or does not fit.
///
/// # Panics
/// As [`search`].
pub fn replay(scenario: Scenario, code: &str) -> Result<Replayed, BadCode> {
    let replayed = on(scenario, |scenario| explorer::replay(scenario, code));
    replayed.unwrap_or_else(|outcome| suite::fail(*outcome))
}

/// Runs one schedule whose decisions `driver` makes: an index into [`Situation::moves`], or `None`
/// to leave.
///
/// # Panics
/// As [`search`].
pub fn play(
    scenario: Scenario,
    driver: impl FnMut(&Situation) -> Option<usize> + Send + 'static,
) -> Option<Replayed> {
    let played = on(scenario, |scenario| explorer::play(scenario, driver));
    played.unwrap_or_else(|outcome| suite::fail(*outcome))
}

/// One schedule: each session in turn makes a step, if it can. For what [`explore`] does not reach:
/// three sessions that get into each other's way again and again, in millions of schedules.
///
/// # Panics
/// As [`explore`].
pub fn in_turns(scenario: Scenario) {
    let number = suite::exploration();
    if let Some(code) = suite::replay_of(number) {
        show(scenario, &code, number);
    }
    let mut last = String::new();
    let played = play(scenario, move |situation| {
        let able = |after: &str| {
            let turn = |m: &Move| m.fault.is_none() && m.strand.as_str() > after;
            situation.moves.iter().position(turn)
        };
        let next = able(&last).or_else(|| able(""))?;
        last.clone_from(&situation.moves[next].strand);
        Some(next)
    });
    let Some(played) = played else { return };
    suite::fingerprint(&played.run.code.to_string());
    if let Some(mut outcome) = played.outcome {
        outcome.replay = Some(played.run.code.to_string());
        suite::fail(suite::numbered(outcome, number));
    }
}

/// Runs an exploration, whose deadline is one without progress. SQL of the scenario that the
/// server refuses is the schema's fault or the suite's; other trouble is the lab's.
fn on<T>(
    scenario: Scenario,
    run: impl FnOnce(explorer::Scenario) -> Result<T, Box<Outcome>>,
) -> Result<T, Box<Outcome>> {
    let _exploring = suite::exploring();
    let Open { scenario, wire, origin, panics } = open(scenario);
    let found = run(scenario);
    drop(panics);
    if let Some(said) = wire.refused() {
        suite::fail(Outcome::new(Status::Fail, said));
    }
    if let Some(wire) = Arc::into_inner(wire) {
        origin.hand_on(wire);
    }
    found
}
