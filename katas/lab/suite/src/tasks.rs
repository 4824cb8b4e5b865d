//! The tasks of an async test: how many live, where they were spawned, when they are at rest.

#[cfg(tokio_unstable)]
use std::collections::HashMap;
use std::future::poll_fn;
#[cfg(tokio_unstable)]
use std::panic::Location;
use std::sync::Arc;
#[cfg(tokio_unstable)]
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use protocol::{Outcome, Place, Status};
use tokio::runtime::{Builder, Handle};
use tokio::task::Id;
use tokio_metrics::RuntimeMonitor;

use crate::executor::{Executor, LAB_TASKS};
use crate::harness::Clock;
use crate::run::Run;
#[cfg(tokio_unstable)]
use crate::run::lock;

/// How often, and after how long each time, tasks are given another chance to end on the real
/// clock, where a socket's end arrives when it arrives: a second, counted in sleeps. What takes
/// longer than that must be joined by the test, and is a leak if it is not.
const GRACE: (u32, Duration) = (50, Duration::from_millis(20));

/// Waits until no task can run: all of them are done, or wait for a timer, a socket, or each
/// other. The clock does not move meanwhile.
///
/// Exact, on the runtime of a test: the scheduler itself says when it has nothing left to run,
/// however many steps that takes. Twice, so that sockets that were ready by then are served, too.
/// It never returns while some task goes on without waiting; then the lab says *stuck*.
///
/// Cancellation: dropping the future does no harm.
///
/// # Panics
/// Outside of an async test.
pub async fn settle() {
    let executor = executor();
    for _ in 0..2 {
        let parks = executor.parks();
        poll_fn(|cx| {
            if executor.parks() > parks {
                return Poll::Ready(());
            }
            executor.when_idle(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// How many tasks live, without the lab's own. A task that was aborted lives until it was polled
/// once more: [`settle`] first. Work of `spawn_blocking` is not counted.
///
/// # Panics
/// Outside of an async test.
pub fn alive() -> usize {
    // What a monitor gives at once: no interval passes.
    let now = RuntimeMonitor::new(&Handle::current()).intervals().next();
    now.map_or(0, |now| now.live_tasks_count).saturating_sub(LAB_TASKS)
}

/// One line a place: `2 × spawned at katas/…/s4_actor.rs:48`.
///
/// # Panics
/// Outside of an async test.
pub fn alive_by_place() -> Vec<String> {
    executor().places.lines()
}

pub(crate) fn executor() -> Arc<Executor> {
    Run::current()
        .and_then(|run| run.executor.lock().ok()?.clone())
        .expect("only an async #[suite::test] has tasks")
}

/// Fails the test if a task outlives it.
pub(crate) async fn check_leaks(clock: Clock) {
    settle().await;
    if clock == Clock::Real {
        for _ in 0..GRACE.0 {
            if alive() == 0 {
                break;
            }
            tokio::time::sleep(GRACE.1).await;
            settle().await;
        }
    }
    if alive() > 0 {
        crate::fail(leak(alive(), "after the test is over"));
    }
}

/// `when`: `after the test is over`.
pub(crate) fn leak(count: usize, when: &str) -> Outcome {
    let tasks = match count {
        1 => "1 task is".to_owned(),
        n => format!("{n} tasks are"),
    };
    let executor = executor();
    let mut message = format!("{tasks} still alive {when}:");
    for line in executor.places.lines() {
        message.push_str("\n  ");
        message.push_str(&line);
    }
    let mut outcome = Outcome::new(Status::Fail, message);
    outcome.place = executor.places.first();
    outcome
}

/// Where the live tasks were spawned. tokio tells it only under `cfg(tokio_unstable)`.
#[derive(Default)]
pub struct Places {
    #[cfg(tokio_unstable)]
    live: Mutex<HashMap<Id, &'static Location<'static>>>,
}

#[cfg(tokio_unstable)]
impl Places {
    pub(crate) fn watch(executor: &Arc<Executor>, builder: &mut Builder) {
        let spawned = executor.clone();
        let ended = executor.clone();
        builder.on_task_spawn(move |task| {
            lock(&spawned.places.live).insert(task.id(), task.spawned_at());
        });
        builder.on_task_terminate(move |task| ended.places.forget(task.id()));
    }

    pub(crate) fn forget(&self, task: Id) {
        lock(&self.live).remove(&task);
    }

    /// Each place once, by file and line, with its number of tasks.
    fn counted(&self) -> Vec<(Place, usize)> {
        let live = lock(&self.live);
        let mut places: Vec<_> = live.values().map(|l| (l.file(), l.line())).collect();
        places.sort_unstable();
        let mut counted: Vec<(Place, usize)> = Vec::new();
        for (file, line) in places {
            let place = Place { file: file.to_owned(), line };
            match counted.last_mut() {
                Some((last, n)) if *last == place => *n += 1,
                _ => counted.push((place, 1)),
            }
        }
        counted
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.counted()
            .into_iter()
            .map(|(place, n)| format!("{n} × spawned at {}:{}", place.file, place.line))
            .collect()
    }

    fn first(&self) -> Option<Place> {
        self.counted().into_iter().map(|(place, _)| place).next()
    }
}

#[cfg(not(tokio_unstable))]
#[allow(clippy::unused_self)]
impl Places {
    pub(crate) fn watch(_: &Arc<Executor>, _: &mut Builder) {}

    pub(crate) fn forget(&self, _: Id) {}

    pub(crate) fn lines(&self) -> Vec<String> {
        vec!["place unknown (built without `--cfg tokio_unstable`)".to_owned()]
    }

    fn first(&self) -> Option<Place> {
        None
    }
}
