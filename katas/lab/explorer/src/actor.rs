//! One incarnation of a lane.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use crate::event::{Event, LaneId};
use crate::gate::{Choice, Done, Gate, Step, Strand};
use crate::{Ended, Harm, Returned};

/// What a lane does, from its beginning to its end.
pub type Body = Pin<Box<dyn Future<Output = Returned> + Send>>;

/// Makes the body of one incarnation.
pub type Play = Arc<dyn Fn(Actor) -> Body + Send + Sync>;

/// One incarnation of a lane: what its ports' handles are made from.
#[derive(Clone)]
pub struct Actor {
    pub(crate) gate: Gate,
    pub(crate) lane: LaneId,
    pub(crate) incarnation: u32,
    /// What may go wrong with calls of ports in this process.
    pub(crate) harms: Arc<[Harm]>,
    pub(crate) outside: tokio::runtime::Handle,
    pub(crate) kept: Arc<Mutex<Vec<Box<dyn Any + Send>>>>,
}

impl Actor {
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub fn lane(&self) -> LaneId {
        self.lane
    }

    /// Runs a port's task on the world's runtime, where sockets are: it survives the lane.
    pub fn spawn_outside(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.outside.spawn(task));
    }

    /// A strand for a call of a port in this process, beside others of this lane that are under way:
    /// one that is free now. There is nothing to close.
    pub fn strand(&self) -> Strand {
        self.gate.open_local(self.lane, self.incarnation)
    }

    /// A strand for one connection; the port gives it back by [`Gate::close`].
    pub fn connection(&self) -> Strand {
        self.gate.open(self.lane, self.incarnation)
    }

    /// What may go wrong with a step of a port in this process: for a port whose steps go wrong in
    /// ways of their own.
    pub fn harms(&self) -> &[Harm] {
        &self.harms
    }

    /// Keeps `thing` until the schedule is over or the process dies, although the lane's function
    /// has returned: a process does not close its connections because one call is done.
    pub fn keep(&self, thing: impl Any + Send) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(thing));
    }

    /// A step of a port in this process whose steps go wrong in ways of their own: one call, one
    /// decision. A port that has none makes its calls by [`crate::Caller::call`].
    ///
    /// `effect` runs when the step is let go. It gives the row's text, what it touched, and the
    /// value that the caller gets. Never ready once the schedule is over or the lane is dead.
    pub async fn step<T>(&self, step: Step, effect: impl FnOnce(Choice) -> (String, Done, T)) -> T {
        let strand = self.strand();
        let faults = step.faults.clone();
        let Ok(choice) = self.gate.enter(strand, step).await else {
            return std::future::pending().await;
        };
        let (text, done, value) = effect(choice);
        let event = match choice {
            Choice::Go => Event::step(text),
            Choice::Fault(n) => Event::fault(format!("{text} ({})", faults[n].name)),
        };
        self.gate.leave(strand, Some(event), &done);
        value
    }

    /// Runs the body to its end, its panics included, and says so at the gate.
    pub(crate) async fn live(self, play: Play) {
        let mut body = match catch_unwind(AssertUnwindSafe(|| play(self.clone()))) {
            Ok(body) => body,
            Err(panic) => return self.end(Ended::Panicked(message(&*panic))),
        };
        let polls = self.gate.lock().polls[self.lane].clone();
        let end = std::future::poll_fn(|cx| {
            polls.fetch_add(1, Ordering::SeqCst);
            match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(returned)) => Poll::Ready(Ended::Returned(returned)),
                Err(panic) => Poll::Ready(Ended::Panicked(message(&*panic))),
            }
        })
        .await;
        self.end(end);
        std::future::pending::<()>().await;
    }

    fn end(&self, end: Ended) {
        self.gate.finished(self.lane, self.incarnation, end);
    }
}

/// What a panic's payload says.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
