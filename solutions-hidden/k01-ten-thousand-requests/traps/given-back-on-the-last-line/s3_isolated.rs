//! Step 3: one failure stays one.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use k01_given::Job;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A task that ends with its handle; none where there was no future.
struct Owned<R>(Option<JoinHandle<R>>);

impl<R> Drop for Owned<R> {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

pub async fn run_all<F, Fut, T, E>(n: usize, limit: NonZeroUsize, job: F) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit.get().min(n)));
    let mut tasks: Vec<Owned<Result<T, E>>> = Vec::new();
    for number in 0..n {
        places.acquire().await.expect("it is never closed").forget();
        let places = Arc::clone(&places);
        let made = catch_unwind(AssertUnwindSafe(|| job(number))).ok();
        tasks.push(Owned(made.map(|future| {
            tokio::spawn(async move {
                let end = future.await;
                places.add_permits(1);
                end
            })
        })));
    }
    let mut ends = Vec::with_capacity(n);
    for mut task in tasks {
        ends.push(match &mut task.0 {
            None => Job::Panicked,
            Some(task) => match task.await {
                Ok(Ok(value)) => Job::Done(value),
                Ok(Err(error)) => Job::Failed(error),
                Err(_) => Job::Panicked,
            },
        });
    }
    ends
}
