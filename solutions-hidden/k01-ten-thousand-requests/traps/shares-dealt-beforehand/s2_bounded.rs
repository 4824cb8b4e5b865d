//! Step 2: many jobs, few at once.

use std::cell::RefCell;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::task::Poll;

pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let results: RefCell<Vec<Option<T>>> = RefCell::new((0..n).map(|_| None).collect());
    let at_once = limit.get().min(n);
    let worker = async |first: usize| {
        for number in (first..n).step_by(at_once) {
            let result = job(number).await;
            results.borrow_mut()[number] = Some(result);
        }
    };
    let mut workers: Vec<_> = (0..at_once).map(|first| Box::pin(worker(first))).collect();
    poll_fn(|context| {
        workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
        if workers.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    drop(workers);
    results.into_inner().into_iter().map(|result| result.expect("each job has ended")).collect()
}
