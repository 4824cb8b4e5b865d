//! Dropping a future at every point where it can be dropped.
//!
//! A future is dropped between two of its polls and nowhere else: by a timeout, a `select!`, an
//! aborted task, a client that hangs up. So the points are few, and all of them can be tried.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use protocol::{Outcome, Status};

use crate::alarm::Alarm;
use crate::tasks::{alive, leak, settle};

/// A future of a suite is done after a few polls. One that is not waits for something in a loop,
/// and a sweep would never end.
const MOST_POLLS: usize = 500;

/// Where the future under test was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut<T> {
    /// How often it had been polled.
    pub after_polls: usize,
    /// Whether everything else had come to rest between its last poll and the drop. If not, what it
    /// last sent has not been seen by anyone yet; if so, the answer may be there, unread.
    pub settled: bool,
    /// What it returned, if it was not dropped but ran to its end.
    pub output: Option<T>,
}

impl<T> Cut<T> {
    /// It ran to its end.
    pub fn finished(&self) -> bool {
        self.output.is_some()
    }
}

/// Drops the future of `act` at every point where it can be dropped, each time from a fresh
/// `setup`, and lets `check` judge what is left.
///
/// First the future runs to its end. Then it is dropped before its first poll, and after each
/// poll that was not its last: once at once, and once after every other task has come to rest.
/// `check` is called when all is at rest again; it owns the state and drops it, and after that no
/// more tasks live than before `setup`. A failure says after which poll the future was dropped.
///
/// Returns at how many points it was dropped: 1 says that the future never waits, so that there
/// was nothing to sweep; assert on it.
///
/// For code without sockets: with a paused clock each round is the same, whatever the machine does.
///
/// ```ignore
/// let cuts = suite::cancel::sweep(
///     async || Bank::new([100]),
///     async |bank| bank.withdraw(30).await,
///     async |bank, cut| {
///         assert!([70, 100].contains(&bank.balance().await));
///         assert_eq!(bank.reserved(), 0);
///     },
/// )
/// .await;
/// assert!(cuts > 1);
/// ```
///
/// # Panics
/// When `check` does, when a task is left, or when the future is not done after 500 polls.
pub async fn sweep<S, T>(
    mut setup: impl AsyncFnMut() -> S,
    mut act: impl AsyncFnMut(&mut S) -> T,
    mut check: impl AsyncFnMut(S, Cut<T>),
) -> usize {
    let whole = Plan { drop_after: usize::MAX, settle: false, of: 0 };
    let polls = round(&mut setup, &mut act, &mut check, whole).await;
    let mut cuts = 0;
    for drop_after in 0..polls {
        for settle in [false, true] {
            if drop_after == 0 && settle {
                continue;
            }
            round(&mut setup, &mut act, &mut check, Plan { drop_after, settle, of: polls }).await;
            cuts += 1;
        }
    }
    cuts
}

/// Polls `call` so often, each time when it was woken, and drops it if it is not done by then: for
/// code with sockets, whose connection is driven by a task of the test's own runtime. That task
/// runs between two polls only, so no answer is there before it is awaited, and every await that
/// needs one is a place to drop at. How many polls there are depends on how answers arrive;
/// whoever uses this counts up until the call comes to its end. Under [`crate::exploring`] each
/// such call is progress.
///
/// # Panics
/// When that would not end: after 500 polls.
pub async fn after_polls<T>(polls: usize, call: impl Future<Output = T>) -> Option<T> {
    crate::pulse();
    if polls == MOST_POLLS {
        never_done();
    }
    let mut call = pin!(call);
    let mut left = polls;
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match call.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn never_done() -> ! {
    crate::fail(Outcome::new(
        Status::Stuck,
        format!("The future was polled {MOST_POLLS} times and is not done: it waits in a loop."),
    ))
}

/// What one round does.
#[derive(Debug, Clone, Copy)]
struct Plan {
    drop_after: usize,
    settle: bool,
    /// Polls of the whole future, for the reader of a failure.
    of: usize,
}

impl Plan {
    fn told(self) -> String {
        match self {
            Self { drop_after: usize::MAX, .. } => "(Here the future was not dropped.)".to_owned(),
            Self { drop_after: 0, of, .. } => {
                format!("(The future was dropped before the first of its {of} polls.)")
            }
            Self { drop_after, settle, of } => format!(
                "(The future was dropped after poll {drop_after} of {of}, {} anything else moved.)",
                if settle { "after" } else { "before" }
            ),
        }
    }
}

/// Returns how often the future was polled.
async fn round<S, T>(
    setup: &mut impl AsyncFnMut() -> S,
    act: &mut impl AsyncFnMut(&mut S) -> T,
    check: &mut impl AsyncFnMut(S, Cut<T>),
    plan: Plan,
) -> usize {
    settle().await;
    let before = alive();
    let mut state = setup().await;
    settle().await;
    let context = crate::context(plan.told());
    let cut = run(act(&mut state), plan).await;
    let polls = cut.after_polls;
    settle().await;
    check(state, cut).await;
    settle().await;
    let left = alive().saturating_sub(before);
    if left > 0 {
        crate::fail(leak(left, "after the check"));
    }
    drop(context);
    polls
}

/// Polls `future` as an executor would, when it is woken, and drops it as planned.
async fn run<T>(future: impl Future<Output = T>, plan: Plan) -> Cut<T> {
    let mut future = pin!(future);
    let (alarm, waker) = Alarm::new();
    let mut polls = 0;
    loop {
        if polls == plan.drop_after {
            return Cut { after_polls: polls, settled: plan.settle, output: None };
        }
        if polls == MOST_POLLS {
            never_done();
        }
        let output =
            poll_fn(|_| Poll::Ready(future.as_mut().poll(&mut Context::from_waker(&waker)))).await;
        polls += 1;
        if let Poll::Ready(output) = output {
            return Cut { after_polls: polls, settled: true, output: Some(output) };
        }
        if polls < plan.drop_after || plan.settle {
            settle().await;
        }
        if polls < plan.drop_after {
            alarm.rung().await;
        }
    }
}
