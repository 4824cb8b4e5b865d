//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut results: Vec<Option<T>> = (0..n).map(|_| None).collect();
    let mut numbers = 0..n;
    let mut under_way = JoinSet::new();
    loop {
        while let Some(ended) = under_way.try_join_next() {
            let (number, result) = ended.expect("no job panics");
            results[number] = Some(result);
        }
        while under_way.len() < limit.get()
            && let Some(number) = numbers.next()
        {
            let future = job(number);
            under_way.spawn(async move { (number, future.await) });
        }
        if under_way.is_empty() {
            break;
        }
        sleep(Duration::from_millis(7)).await;
    }
    results.into_iter().map(|result| result.expect("each job has ended")).collect()
}
