//! Step 3: one failure stays one.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use k01_given::Job;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Runs `job(0)` to `job(n - 1)`, at most `limit` at once, and says of each how it ended.
pub async fn run_all<F, Fut, T, E>(n: usize, limit: NonZeroUsize, job: F) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let permits = Arc::new(Semaphore::new(limit.get()));
    let mut ends: Vec<Job<T, E>> = (0..n).map(|_| Job::Panicked).collect();
    let mut tasks = JoinSet::new();
    let mut numbers = HashMap::new();
    for number in 0..n {
        let permit = Arc::clone(&permits).acquire_owned().await.expect("never closed");
        while let Some(ended) = tasks.try_join_next_with_id() {
            note(&mut ends, &mut numbers, ended);
        }
        if let Ok(future) = catch_unwind(AssertUnwindSafe(|| job(number))) {
            let task = tasks.spawn(async move {
                let _permit = permit;
                future.await
            });
            numbers.insert(task.id(), number);
        }
    }
    while let Some(ended) = tasks.join_next_with_id().await {
        note(&mut ends, &mut numbers, ended);
    }
    ends
}

type Ended<T, E> = Result<(tokio::task::Id, Result<T, E>), tokio::task::JoinError>;

fn note<T, E>(
    ends: &mut [Job<T, E>],
    numbers: &mut HashMap<tokio::task::Id, usize>,
    ended: Ended<T, E>,
) {
    let (id, end) = match ended {
        Ok((id, Ok(value))) => (id, Job::Done(value)),
        Ok((id, Err(error))) => (id, Job::Failed(error)),
        Err(panicked) => (panicked.id(), Job::Panicked),
    };
    if let Some(number) = numbers.remove(&id) {
        ends[number] = end;
    }
}
