//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::Semaphore;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit.get().min(Semaphore::MAX_PERMITS)));
    let mut tasks = Vec::with_capacity(n);
    for number in 0..n {
        let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
        let future = job(number);
        tasks.push(tokio::spawn(async move {
            let result = future.await;
            drop(place);
            result
        }));
    }
    let mut results = Vec::with_capacity(n);
    for task in tasks {
        results.push(task.await.expect("a job panicked"));
    }
    results
}
