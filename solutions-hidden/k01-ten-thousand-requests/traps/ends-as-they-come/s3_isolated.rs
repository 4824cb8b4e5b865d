//! Step 3: one failure stays one.

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use k01_given::Job;
use tokio::task::JoinSet;

/// How a job ends, whatever it does.
async fn end<T, E>(job: impl Future<Output = Result<T, E>>) -> Job<T, E> {
    let mut job = Box::pin(job);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Ok(value))) => Poll::Ready(Job::Done(value)),
        Ok(Poll::Ready(Err(error))) => Poll::Ready(Job::Failed(error)),
        Err(_) => Poll::Ready(Job::Panicked),
    })
    .await
}

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
            ends.push((number, Job::Panicked));
            continue;
        };
        under_way.spawn(async move { (number, end(future).await) });
        if under_way.len() == limit.get() {
            ends.extend(under_way.join_next().await.map(|end| end.expect("caught inside")));
        }
    }
    ends.extend(under_way.join_all().await);
    ends.into_iter().map(|(_, end)| end).collect()
}
