//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;

/// Runs `job(0)` to `job(n - 1)` and answers with their results, in this order, whichever ends
/// first.
///
/// - At most `limit` jobs are under way at once, and as many as that while there are so many left:
///   as soon as one ends, another begins. `limit` may be larger than `n`, by far.
/// - Jobs begin in the order of their numbers, and `job` is called for one only when there is room
///   for it: a future that waits takes memory, too.
/// - At most `2 * limit + 1` tasks of this function are alive at once, however many jobs there are.
///
/// # Panics
/// When a job does.
///
/// # Cancellation
/// Dropped, it drops the jobs that are under way, and no other begins.
pub async fn run_all<F, Fut, T>(n: usize, limit: NonZeroUsize, job: F) -> Vec<T>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    todo!("what has to happen before the next job may begin?")
}
