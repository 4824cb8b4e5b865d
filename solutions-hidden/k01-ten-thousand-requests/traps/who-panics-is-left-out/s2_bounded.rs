//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

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
    // The set itself is the bound: a job is made only when one of its places is free. Dropped, it
    // aborts what it holds.
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < limit.get()
            && let Some(number) = numbers.next()
        {
            let future = job(number);
            under_way.spawn(async move { (number, future.await) });
        }
        match under_way.join_next().await {
            Some(Ok((number, result))) => results[number] = Some(result),
            Some(Err(_panicked)) => {}
            None => break,
        }
    }
    results.into_iter().flatten().collect()
}
