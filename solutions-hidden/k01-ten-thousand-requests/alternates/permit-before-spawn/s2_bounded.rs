//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A task that ends with its handle.
struct Owned<T>(JoinHandle<T>);

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

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
        tasks.push(Owned(tokio::spawn(async move {
            let result = future.await;
            drop(place);
            result
        })));
    }
    let mut results = Vec::with_capacity(n);
    for mut task in tasks {
        results.push((&mut task.0).await.expect("a job panicked"));
    }
    results
}
