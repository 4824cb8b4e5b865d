//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

use tokio::sync::{mpsc, oneshot};
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
    let (ask, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<(usize, Fut)>>();
    let (says, mut said) = mpsc::unbounded_channel();
    let mut workers = JoinSet::new();
    for _ in 0..limit.get().min(n) {
        let (ask, says) = (ask.clone(), says.clone());
        workers.spawn(async move {
            loop {
                let (give, given) = oneshot::channel();
                let _ = ask.send(give);
                let Ok((number, future)) = given.await else { return };
                let _ = says.send((number, future.await));
            }
        });
    }
    drop((ask, says));
    let mut numbers = 0..n;
    let mut ended = 0;
    while ended < n {
        tokio::select! {
            Some(give) = asked.recv() => {
                if let Some(number) = numbers.next() {
                    let _ = give.send((number, job(number)));
                }
            }
            Some((number, result)) = said.recv() => {
                results[number] = Some(result);
                ended += 1;
            }
            Some(Err(error)) = workers.join_next() => std::panic::resume_unwind(error.into_panic()),
        }
    }
    results.into_iter().flatten().collect()
}
