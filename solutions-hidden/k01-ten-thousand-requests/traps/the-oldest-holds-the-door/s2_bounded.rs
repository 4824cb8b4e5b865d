//! Step 2: many jobs, few at once.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use tokio::task::JoinHandle;

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
    let mut results = Vec::with_capacity(n);
    let mut window = VecDeque::new();
    for number in 0..n {
        if window.len() == limit.get() {
            results.push(oldest(&mut window).await);
        }
        window.push_back(Owned(tokio::spawn(job(number))));
    }
    while !window.is_empty() {
        results.push(oldest(&mut window).await);
    }
    results
}

async fn oldest<T>(window: &mut VecDeque<Owned<T>>) -> T {
    let mut first = window.pop_front().expect("not empty");
    (&mut first.0).await.expect("no job panics")
}
