//! Step 3: one failure stays one.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use k01_given::Job;
use tokio::task::JoinSet;

pub async fn run_all<F, Fut, T, E>(n: usize, limit: NonZeroUsize, job: F) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut ends: Vec<(usize, Job<T, E>)> = Vec::with_capacity(n);
    let mut under_way = JoinSet::new();
    for number in 0..n {
        let Ok(future) = catch_unwind(AssertUnwindSafe(|| job(number))) else {
            continue;
        };
        under_way.spawn(async move {
            match future.await {
                Ok(value) => (number, Job::Done(value)),
                Err(error) => (number, Job::Failed(error)),
            }
        });
        if under_way.len() == limit.get() {
            ends.extend(under_way.join_next().await.and_then(Result::ok));
        }
    }
    while let Some(end) = under_way.join_next().await {
        ends.extend(end.ok());
    }
    ends.sort_unstable_by_key(|&(number, _)| number);
    let mut ends: Vec<_> = ends.into_iter().map(|(_, end)| end).collect();
    ends.resize_with(n, || Job::Panicked);
    ends
}
