//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit.get().min(Semaphore::MAX_PERMITS)));
    let mut tasks = JoinSet::new();
    for number in 0..n {
        let (places, future) = (Arc::clone(&places), job(number));
        tasks.spawn(async move {
            let _place = places.acquire().await.expect("it is never closed");
            (number, future.await)
        });
    }
    let mut results = tasks.join_all().await;
    results.sort_unstable_by_key(|&(number, _)| number);
    results.into_iter().map(|(_, result)| result).collect()
}
