//! Step 5: no job for ever.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use k01_given::Job;
use tokio::select;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};

/// What a task of this step ends with.
type End<T, E> = Result<(Id, Result<Result<T, E>, Elapsed>), JoinError>;

/// Runs `job(0)` to `job(n - 1)`, at most `limit` at once, each for at most `each`, and all for at
/// most `total`.
pub async fn run_all_within<F, Fut, T, E>(
    n: usize,
    limit: NonZeroUsize,
    each: Duration,
    total: Duration,
    job: F,
) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut run = Run {
        // What never ended and what never began have this in common.
        ends: (0..n).map(|_| Job::Expired).collect(),
        under_way: JoinSet::new(),
        numbers: HashMap::new(),
    };
    let mut waiting = 0..n;
    let total = if each == Duration::MAX { Duration::MAX } else { total };
    let mut over = pin!(sleep(total));
    loop {
        while run.under_way.len() < limit.get()
            && let Some(number) = waiting.next()
        {
            match catch_unwind(AssertUnwindSafe(|| job(number))) {
                // The limit is inside of the task: when time is up the job itself is dropped.
                Ok(future) => {
                    let task = run.under_way.spawn(timeout(each, future));
                    run.numbers.insert(task.id(), number);
                }
                Err(_) => run.ends[number] = Job::Panicked,
            }
        }
        select! {
            biased;
            () = &mut over => break,
            end = run.under_way.join_next_with_id() => match end {
                Some(end) => run.note(end),
                None => return run.ends,
            },
        }
    }
    while let Some(end) = run.under_way.try_join_next_with_id() {
        run.note(end);
    }
    // Returns when each of them has been dropped.
    run.under_way.shutdown().await;
    run.ends
}

/// How the jobs ended, those that are under way, and which job each of their tasks is.
struct Run<T, E> {
    ends: Vec<Job<T, E>>,
    under_way: JoinSet<Result<Result<T, E>, Elapsed>>,
    numbers: HashMap<Id, usize>,
}

impl<T, E> Run<T, E> {
    fn note(&mut self, end: End<T, E>) {
        let (id, end) = match end {
            Ok((id, Ok(Ok(value)))) => (id, Job::Done(value)),
            Ok((id, Ok(Err(error)))) => (id, Job::Failed(error)),
            Ok((id, Err(_elapsed))) => (id, Job::Expired),
            Err(panicked) => (panicked.id(), Job::Panicked),
        };
        if let Some(number) = self.numbers.remove(&id) {
            self.ends[number] = end;
        }
    }
}
