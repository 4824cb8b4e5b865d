//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut results = Vec::with_capacity(n);
    for number in 0..n {
        results.push(job(number).await);
    }
    results
}
