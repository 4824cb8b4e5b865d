//! The search over schedules.

use std::any::Any;
use std::hash::Hasher as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use protocol::{Outcome, Status};

use crate::run::{self, Run};
use crate::search::{self, Memory, Plan, Search};
use crate::{diagnose, hook, timeline};

pub(crate) type Body = Arc<dyn Fn() + Send + Sync>;

/// loom's bound on the choices in one schedule; past it something spins.
const MOST_CHOICES: usize = 1_000;

/// After so many schedules a search gives up: it has taken about a second. What is left without a
/// bound on preemptions are longer and longer detours; then the search is done again with few.
const MOST_SCHEDULES: usize = 5_000;

/// Preemptions in the searches for a schedule that is easy to read. More are hard to follow.
const FEW: std::ops::RangeInclusive<usize> = 0..=3;

/// A search that found nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explored {
    pub schedules: u64,
    /// Of all rows of all schedules, and the same each time for the same code.
    pub fingerprint: u64,
    /// Every schedule was tried. If not, all with at most three preemptions were, or as many of
    /// them as the budget holds.
    pub complete: bool,
}

/// Runs `body` in every schedule that can make a difference. Again, if it uses what std allows to
/// end for no reason, with each lane's first `compare_exchange_weak` failing and its first `wait`
/// woken by nobody; and with weaker orderings than `SeqCst` once more, with what these allow.
///
/// The body makes what it tests, starts threads ([`crate::lane`] or [`crate::thread::spawn`]),
/// joins them and asserts. It must do the same thing each time: loom repeats a schedule to its
/// last choice and goes on from there.
///
/// # Errors
/// When a schedule fails: an assertion or another panic in any thread, a deadlock, a loop that
/// spins. The schedule shown is one with few preemptions; `schedules` says on which one the search
/// failed first. Also when `body` used no lock and no atomic of [`crate::sync`].
pub fn explore(body: impl Fn() + Send + Sync + 'static) -> Result<Explored, Box<Outcome>> {
    explore_all(&(Arc::new(body) as Body))
}

pub(crate) fn explore_all(body: &Body) -> Result<Explored, Box<Outcome>> {
    let mut plan = Plan { memory: Memory::Sequential, tries: false, whims: false, stop: None };
    let mut explored = Explored::default();
    let probe = search(body, &plan, None, 1);
    let mut found = try_all(body, &plan, &mut explored)?;
    if probe.first != found.first {
        return Err(diagnose::unrepeatable().into());
    }
    if found.operations == 0 {
        return Err(diagnose::nothing_seen().into());
    }
    if found.tried {
        plan.tries = true;
        explored = Explored::default();
        found = try_all(body, &plan, &mut explored)?;
    }
    if found.whimsical {
        let whims = Plan { whims: true, ..plan.clone() };
        try_all(body, &whims, &mut explored)?;
    }
    if found.weak {
        plan.memory = Memory::Weak;
        try_all(body, &plan, &mut explored)?;
    }
    Ok(explored)
}

/// The search with this kind of memory, and with few preemptions should it become too long.
fn try_all(body: &Body, plan: &Plan, explored: &mut Explored) -> Result<Found, Box<Outcome>> {
    let mut found = search(body, plan, None, MOST_SCHEDULES);
    explored.add(&found);
    if found.failed.is_none() && found.schedules == MOST_SCHEDULES as u64 {
        explored.complete = false;
        for few in FEW {
            let more = search(body, plan, Some(few), MOST_SCHEDULES);
            explored.add(&more);
            found.failed = found.failed.or(more.failed);
        }
    }
    let Some(failed) = found.failed.take() else { return Ok(found) };
    let mut shown = FEW.map(|few| search(body, plan, Some(few), MOST_SCHEDULES).failed);
    let mut outcome = shown.find_map(|failed| failed).unwrap_or(failed);
    outcome.schedules = Some(explored.schedules);
    if let Some(timeline) = &mut outcome.timeline {
        if plan.memory == Memory::Weak {
            timeline.notes.push(WEAK.into());
        }
        if plan.whims {
            timeline.notes.push(WHIMS.into());
        }
    }
    Err(outcome.into())
}

/// Said of a failure that the search with sequential memory did not find.
const WEAK: &str = "No order of these steps fails by itself: it takes a load that sees an old \
    value, as orderings weaker than SeqCst allow.";

/// Likewise, of the search in which some operations end for no reason.
const WHIMS: &str = "No order of these steps fails by itself: it takes a row that ended for no \
    reason. `compare_exchange_weak` may fail though the value is the expected one, and `wait` may \
    return though nobody has notified.";

impl Default for Explored {
    fn default() -> Self {
        Self { schedules: 0, fingerprint: 0, complete: true }
    }
}

impl Explored {
    fn add(&mut self, found: &Found) {
        self.schedules += found.schedules;
        self.fingerprint = self.fingerprint.rotate_left(1) ^ found.fingerprint;
    }
}

/// What a search found.
pub(crate) struct Found {
    schedules: u64,
    operations: u64,
    weak: bool,
    tried: bool,
    whimsical: bool,
    fingerprint: u64,
    first: Option<u64>,
    pub failed: Option<Outcome>,
    /// The last schedule.
    pub run: Option<Rc<Run>>,
}

/// Tries schedules with at most `bound` preemptions, until one fails or there were `limit`.
pub(crate) fn search(body: &Body, plan: &Plan, bound: Option<usize>, limit: usize) -> Found {
    search::open(Search::new(plan.clone()));
    let quiet = hook::quiet();
    let body = Arc::clone(body);
    let result = catch_unwind(AssertUnwindSafe(|| {
        builder(bound, limit).check(move || search::begin().inhabit(0, || body()));
    }));
    drop(quiet);
    let mut search = search::shut();
    search.close();
    let failed = match (&search.run, result) {
        (Some(run), Err(panic)) => Some(told(run, &*panic)),
        (Some(run), Ok(())) if run.told() => Some(told(run, &())),
        (None, Err(panic)) => Some(Outcome::new(Status::Fail, run::words(&*panic))),
        (_, Ok(())) => None,
    };
    Found {
        schedules: search.schedules,
        operations: search.operations,
        weak: search.weak,
        tried: search.tried,
        whimsical: search.whimsical,
        fingerprint: search.fingerprint.finish(),
        first: search.first,
        failed,
        run: search.run,
    }
}

/// Completes an outcome at the moment of the panic: should a destructor panic too, and abort the
/// process, this is all that is left. Short, because the stack of a coroutine is.
pub(crate) fn narrate(outcome: &mut Outcome) {
    if let Some(run) = search::current()
        && let Some(state) = run.try_state()
    {
        let message = std::mem::take(&mut outcome.message);
        *outcome = diagnose::diagnose(&state, &message);
    }
}

fn told(run: &Run, panic: &(dyn Any + Send)) -> Outcome {
    let state = run.state();
    let mut outcome = diagnose::diagnose(&state, panic);
    let timeline = timeline::build(&state, state.log.len());
    match &mut outcome.timeline {
        // A suite's own outcome may bring tables and notes of its own.
        Some(own) if own.rows.is_empty() => {
            own.lanes = timeline.lanes;
            own.rows = timeline.rows;
        }
        Some(_) => {}
        None => outcome.timeline = Some(timeline),
    }
    outcome
}

/// With nothing from the environment: loom would read `LOOM_…` variables.
fn builder(bound: Option<usize>, limit: usize) -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    builder.max_threads = run::MOST_LANES;
    builder.max_branches = MOST_CHOICES;
    builder.preemption_bound = bound;
    // loom looks at the number of schedules only where it would write a checkpoint, and before
    // it runs the one with that number.
    builder.checkpoint_interval = limit + 1;
    builder.max_permutations = Some(limit + 1);
    builder.max_duration = None;
    builder.checkpoint_file = None;
    builder.location = false;
    builder.log = false;
    builder
}
