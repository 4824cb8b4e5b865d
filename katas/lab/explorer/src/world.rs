//! What the explorer asks of the world behind the gate.

use std::future::Future;
use std::pin::Pin;

use protocol::timeline::Table;
use protocol::{Outcome, Status};

use crate::event::{Event, LaneId};
use crate::gate::Strand;
use crate::{Code, Harmed, Serial};

/// What a lane's function gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The value as text. Equal texts are equal values.
    pub text: String,
    pub ok: bool,
    /// It ended in an error that allows it: it did nothing, and says so. The serial-order oracle
    /// then asks for an order of the others alone.
    pub gave_up: bool,
}

/// How a lane ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Returned(Returned),
    Panicked(String),
    /// Its process died and was not started again.
    Crashed,
    Unfinished,
}

/// One schedule that has come to its end, good or bad.
#[derive(Debug, Clone)]
pub struct Run {
    /// As the scenario names them: `A: 30 from 1 to 2`.
    pub lanes: Vec<String>,
    pub log: Vec<Event>,
    pub ends: Vec<Ended>,
    /// See [`World::state`]; empty if the schedule did not come to its end.
    pub state: String,
    pub code: Code,
    /// Lanes with which something went wrong on purpose.
    pub hit: Vec<bool>,
    /// How many steps each lane took; of one whose process died, since the last time.
    pub steps: Vec<usize>,
    /// What went wrong on purpose.
    pub harmed: Vec<Harmed>,
    /// Why nothing moves any more, where that is so.
    pub stuck: Option<String>,
    /// Who waits for whom at the end.
    pub waiting: Vec<(LaneId, Vec<LaneId>)>,
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub status: Status,
    pub message: String,
}

impl Finding {
    pub fn fail(message: impl Into<String>) -> Self {
        Self { status: Status::Fail, message: message.into() }
    }

    pub fn stuck(message: impl Into<String>) -> Self {
        Self { status: Status::Stuck, message: message.into() }
    }
}

/// The world itself does not work: no fault of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub String);

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self(text)
    }
}

/// A strand that waits now, and for which others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub who: Strand,
    pub by: Vec<Strand>,
}

/// All that the lanes share, behind its ports: a database, a broker, a counter.
///
/// Its futures run on the world's runtime, on the explorer's thread. Only [`World::reset`] must be
/// written; a world whose steps never wait for one another needs nothing of the middle part.
pub trait World: Send + 'static {
    /// Puts everything back to how each schedule begins.
    fn reset(&mut self) -> impl Future<Output = Result<(), Trouble>>;

    /// Whether this schedule has to begin anew, because something came up in it that the world can
    /// only learn between two schedules, in [`World::reset`]. Asked when nothing moves.
    fn again(&mut self) -> bool {
        false
    }

    /// What the schedule left behind, as text that two schedules with the same result share.
    fn state(&mut self) -> impl Future<Output = Result<String, Trouble>> {
        std::future::ready(Ok(String::new()))
    }

    /// What is wrong with this schedule, if anything, beside what the explorer sees.
    fn judge(&mut self, run: &Run) -> impl Future<Output = Result<Option<Finding>, Trouble>> {
        let _ = run;
        std::future::ready(Ok(None))
    }

    /// Completes the outcome of a failure: timeline, names, numbers. `serial` is what the serial
    /// orders gave, if the oracle was asked.
    fn tell(&mut self, run: &Run, serial: &[Serial], outcome: &mut Outcome) {
        let _ = serial;
        outcome.timeline = Some(crate::event::timeline(&run.lanes, &run.log));
    }

    /// What somebody who steers may see between two steps.
    fn glance(&mut self) -> impl Future<Output = Result<Vec<Table>, Trouble>> {
        std::future::ready(Ok(Vec::new()))
    }

    /// Whether one of these strands, whose steps are under way, could wait for another lane.
    fn may_wait(&self, flying: &[Strand]) -> bool {
        let _ = flying;
        false
    }

    /// Those of `flying` that wait, all seen in one look.
    fn waits(&mut self, flying: &[Strand]) -> impl Future<Output = Result<Vec<Wait>, Trouble>> {
        let _ = flying;
        std::future::ready(Ok(Vec::new()))
    }

    /// The strand closed a circle of waits: its step must fail now.
    fn break_circle(&mut self, victim: Strand) -> impl Future<Output = Result<(), Trouble>> {
        let _ = victim;
        std::future::ready(Ok(()))
    }

    /// Holds a waiting strand where it is even if it is let go (`on`), or no longer. False if that
    /// is not possible.
    fn hold(&mut self, strand: Strand, on: bool) -> bool {
        let _ = (strand, on);
        false
    }

    /// The lane's process is dead: cuts what it has open and waits until the far ends are gone.
    fn cut(&mut self, lane: LaneId) -> impl Future<Output = Result<(), Trouble>> {
        let _ = lane;
        std::future::ready(Ok(()))
    }

    /// The schedule is over and something still keeps a strand busy: end it.
    fn hurry(&mut self) {}
}

/// The answer of a world behind a pointer.
type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + 'a>>;

/// A [`World`] behind a pointer: the search is compiled once, in this crate, and not anew into the
/// suite of each world.
pub(crate) trait AnyWorld: Send {
    fn reset(&mut self) -> Pending<'_, ()>;
    fn again(&mut self) -> bool;
    fn state(&mut self) -> Pending<'_, String>;
    fn judge<'a>(&'a mut self, run: &'a Run) -> Pending<'a, Option<Finding>>;
    fn tell(&mut self, run: &Run, serial: &[Serial], outcome: &mut Outcome);
    fn glance(&mut self) -> Pending<'_, Vec<Table>>;
    fn may_wait(&self, flying: &[Strand]) -> bool;
    fn waits<'a>(&'a mut self, flying: &'a [Strand]) -> Pending<'a, Vec<Wait>>;
    fn break_circle(&mut self, victim: Strand) -> Pending<'_, ()>;
    fn hold(&mut self, strand: Strand, on: bool) -> bool;
    fn cut(&mut self, lane: LaneId) -> Pending<'_, ()>;
    fn hurry(&mut self);
}

impl<W: World> AnyWorld for W {
    fn reset(&mut self) -> Pending<'_, ()> {
        Box::pin(World::reset(self))
    }

    fn again(&mut self) -> bool {
        World::again(self)
    }

    fn state(&mut self) -> Pending<'_, String> {
        Box::pin(World::state(self))
    }

    fn judge<'a>(&'a mut self, run: &'a Run) -> Pending<'a, Option<Finding>> {
        Box::pin(World::judge(self, run))
    }

    fn tell(&mut self, run: &Run, serial: &[Serial], outcome: &mut Outcome) {
        World::tell(self, run, serial, outcome);
    }

    fn glance(&mut self) -> Pending<'_, Vec<Table>> {
        Box::pin(World::glance(self))
    }

    fn may_wait(&self, flying: &[Strand]) -> bool {
        World::may_wait(self, flying)
    }

    fn waits<'a>(&'a mut self, flying: &'a [Strand]) -> Pending<'a, Vec<Wait>> {
        Box::pin(World::waits(self, flying))
    }

    fn break_circle(&mut self, victim: Strand) -> Pending<'_, ()> {
        Box::pin(World::break_circle(self, victim))
    }

    fn hold(&mut self, strand: Strand, on: bool) -> bool {
        World::hold(self, strand, on)
    }

    fn cut(&mut self, lane: LaneId) -> Pending<'_, ()> {
        Box::pin(World::cut(self, lane))
    }

    fn hurry(&mut self) {
        World::hurry(self);
    }
}
