//! Step 2: many jobs, few at once.

use std::cell::{Cell, RefCell};
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
    let next = Cell::new(0);
    let worker = || async {
        while next.get() < n {
            let number = next.replace(next.get() + 1);
            let result = job(number).await;
            results.borrow_mut()[number] = Some(result);
        }
    };
    let mut workers: Vec<_> = (0..limit.get().min(n)).map(|_| Box::pin(worker())).collect();
    poll_fn(|context| {
        workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
        if workers.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    drop(workers);
    results.into_inner().into_iter().map(|result| result.expect("each job has ended")).collect()
}
