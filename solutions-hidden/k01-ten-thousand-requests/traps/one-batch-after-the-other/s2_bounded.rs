//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

use tokio::task::JoinSet;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut results = Vec::with_capacity(n);
    for first in (0..n).step_by(limit.get()) {
        let mut batch = JoinSet::new();
        for number in first..n.min(first.saturating_add(limit.get())) {
            let future = job(number);
            batch.spawn(async move { (number, future.await) });
        }
        results.extend(batch.join_all().await);
    }
    results.sort_unstable_by_key(|&(number, _)| number);
    results.into_iter().map(|(_, result)| result).collect()
}
