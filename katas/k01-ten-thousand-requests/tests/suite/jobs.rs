//! Jobs that say what becomes of them, and end when the test lets them.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use suite::ExpectPanics;
use suite::say::{holds, same};
use suite::tasks::{alive, settle};
use tokio::select;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// What is known of the jobs of one run. Clones know the same.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    began: Vec<usize>,
    under_way: usize,
    most_under_way: usize,
    most_tasks: usize,
}

/// A job from the moment when it was called for until its future is gone.
pub struct Ticket(Ledger);

impl Ledger {
    /// Job `n` is called for.
    pub fn begin(&self, n: usize) -> Ticket {
        let mut books = self.books();
        books.began.push(n);
        books.under_way += 1;
        books.most_under_way = books.most_under_way.max(books.under_way);
        books.most_tasks = books.most_tasks.max(alive());
        Ticket(self.clone())
    }

    /// Which jobs were called for, in this order.
    pub fn began(&self) -> Vec<usize> {
        self.books().began.clone()
    }

    pub fn under_way(&self) -> usize {
        self.books().under_way
    }

    /// Fails if ever more jobs than `limit` were under way, or more tasks alive than they need.
    #[track_caller]
    pub fn was_bounded_by(&self, limit: usize) {
        let books = self.books();
        let (jobs, tasks) = (books.most_under_way, books.most_tasks);
        holds("Jobs under way at once", format!("at most {limit}"), jobs, jobs <= limit);
        let most = 2 * limit + 1;
        holds("Tasks alive at once", format!("at most {most}"), tasks, tasks <= most);
    }

    /// After the end of a run, or its drop: fails if a job of it lives, or begins later.
    pub async fn is_left_alone(&self) {
        settle().await;
        same("Jobs under way after the end of the run", self.under_way(), 0);
        let before = self.began().len();
        sleep(Duration::from_secs(1)).await;
        same("Jobs that begin after the end of the run", self.began().len() - before, 0);
    }

    /// A suite's own panic must not hide behind a poisoned lock.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// How many tasks live while this job runs.
    pub fn look(&self) {
        let mut books = self.0.books();
        books.most_tasks = books.most_tasks.max(alive());
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.books().under_way -= 1;
    }
}

/// One door for each job.
#[derive(Clone)]
pub struct Doors(Arc<[Semaphore]>);

impl Doors {
    pub fn new(jobs: usize) -> Self {
        Self((0..jobs).map(|_| Semaphore::new(0)).collect())
    }

    /// Waits until the door of job `n` is open.
    pub async fn pass(&self, n: usize) {
        drop(self.0[n].acquire().await);
    }

    pub fn open(&self, n: usize) {
        self.0[n].add_permits(1);
    }
}

/// Lets everything run until nothing can. The answer, if `run` is done by then.
pub async fn rest<T>(run: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    select! {
        biased;
        answer = run => Some(answer),
        () = settle() => None,
    }
}

/// The answer of `run`, or `None` when it panics.
pub async fn unless_it_panics<T>(mut run: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_panic) => Poll::Ready(None),
    })
    .await
}

/// Fails unless the jobs panicked that should have. To pass a panic on by another one is not wrong.
#[track_caller]
pub fn panicked(panics: &ExpectPanics, jobs: usize) {
    let seen = panics.seen();
    holds("Panics", format!("at least {jobs}"), seen, seen >= jobs);
}

/// Opens the doors of the jobs from `first` on, now of the oldest that is under way and now of the
/// youngest, and looks before each: as many are under way as may be, and they began in order. Those
/// before `first` have ended by themselves. The answer of `run`.
pub async fn one_by_one<T>(
    mut run: Pin<&mut impl Future<Output = T>>,
    ledger: &Ledger,
    doors: &Doors,
    first: usize,
    limit: usize,
) -> T {
    let jobs = doors.0.len();
    let mut ended: Vec<usize> = (0..first).collect();
    while ended.len() < jobs {
        let early = rest(run.as_mut()).await;
        assert!(early.is_none(), "It returned while jobs were still under way.");
        let expected: Vec<usize> = (0..jobs.min(ended.len() + limit)).collect();
        let what = format!(
            "Jobs that have begun, so `job(n)` was called, when {} of {jobs} have ended",
            ended.len()
        );
        same(what, ledger.began(), expected.clone());
        let mut under_way = expected.into_iter().filter(|n| !ended.contains(n));
        let next =
            if ended.len().is_multiple_of(2) { under_way.next() } else { under_way.next_back() };
        let next = next.expect("the limit is 1 or more");
        doors.open(next);
        ended.push(next);
    }
    run.await
}
