//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

/// Runs `job(0)` to `job(n - 1)`, at most `limit` at once, and answers with their results in this
/// order.
pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut results: Vec<Option<T>> = (0..n).map(|_| None).collect();
    let mut numbers = 0..n;
    let mut tasks = JoinSet::new();
    let (says, mut said) = unbounded_channel();
    for _ in 0..n {
        while tasks.len() < limit.get()
            && let Some(number) = numbers.next()
        {
            let (future, says) = (job(number), says.clone());
            tasks.spawn(async move {
                let _ = says.send((number, future.await));
            });
        }
        if let Some((number, result)) = said.recv().await {
            results[number] = Some(result);
        }
        let _ = tasks.join_next().await;
    }
    results.into_iter().map(|result| result.expect("each job has ended")).collect()
}
