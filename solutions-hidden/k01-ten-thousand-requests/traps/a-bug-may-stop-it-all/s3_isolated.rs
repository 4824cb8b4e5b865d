//! Step 3: one failure stays one.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use k01_given::Job;
use tokio::task::JoinSet;

/// Runs `job(0)` to `job(n - 1)`, at most `limit` at once, and says of each how it ended.
pub async fn run_all<F, Fut, T, E>(n: usize, limit: NonZeroUsize, job: F) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    // What has not been heard of otherwise has panicked.
    let mut ends: Vec<Job<T, E>> = (0..n).map(|_| Job::Panicked).collect();
    let mut waiting = 0..n;
    let mut under_way = JoinSet::new();
    // A task that panicked cannot say which job it was; its id can.
    let mut numbers = HashMap::new();
    loop {
        while under_way.len() < limit.get()
            && let Some(number) = waiting.next()
        {
            // `job` is the caller's code as well, and runs before there is a task.
            if let Ok(future) = catch_unwind(AssertUnwindSafe(|| job(number))) {
                numbers.insert(under_way.spawn(future).id(), number);
            }
        }
        let (id, end) = match under_way.join_next_with_id().await {
            Some(Ok((id, Ok(value)))) => (id, Job::Done(value)),
            Some(Ok((id, Err(error)))) => (id, Job::Failed(error)),
            Some(Err(panicked)) => panic!("a job panicked: {panicked}"),
            None => return ends,
        };
        if let Some(number) = numbers.remove(&id) {
            ends[number] = end;
        }
    }
}
