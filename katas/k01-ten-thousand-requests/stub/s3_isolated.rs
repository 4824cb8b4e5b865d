//! Step 3: one failure stays one.

use std::num::NonZeroUsize;

use k01_given::Job;

/// Runs `job(0)` to `job(n - 1)` and says of each how it ended, in this order.
///
/// A job may return an error or panic, also while `job` makes its future. That is how this one
/// ended, and the others go on as if nothing had happened. As before, at most `limit` jobs are
/// under way at once, and as many as that while there are so many left, and `limit` may be larger
/// than `n`, by far; they begin in the order of their numbers; and at most `2 * limit + 1` tasks of
/// this function are alive at once. None is [`Job::Expired`] here.
///
/// # Cancellation
/// Dropped, it drops the jobs that are under way, and no other begins.
pub async fn run_all<F, Fut, T, E>(n: usize, limit: NonZeroUsize, job: F) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    todo!("who hears that a job panicked, and does it still know which one it was?")
}
