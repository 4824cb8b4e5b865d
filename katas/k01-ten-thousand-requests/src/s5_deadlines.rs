//! Step 5: no job for ever.

use std::num::NonZeroUsize;
use std::time::Duration;

use k01_given::Job;

/// Runs `job(0)` to `job(n - 1)` as step 3 does, with two limits in time.
///
/// - A job that has not ended `each` after it began is dropped: it is [`Job::Expired`], and another
///   one begins in its place. How long it waited for that place is not its fault.
/// - `total` after the start everything ends: what has ended by then keeps its result, what is
///   under way is dropped, what has not begun never does. Both are [`Job::Expired`].
///
/// Either may be as long as [`Duration::MAX`]: then there is no such limit. Either may be zero: then
/// whatever has to wait has expired. What ends in the very moment of a limit may have made it or
/// not.
///
/// As before: at most `limit` jobs are under way at once, those included that nobody waits for any
/// more; they begin in the order of their numbers; at most `2 * limit + 1` tasks of this function
/// are alive at once; errors and panics stay with their job.
///
/// # Cancellation
/// Dropped, it drops the jobs that are under way, and no other begins.
pub async fn run_all_within<F, Fut, T, E>(
    n: usize,
    limit: NonZeroUsize,
    each: Duration,
    total: Duration,
    job: F,
) -> Vec<Job<T, E>>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    todo!("what is it that the clock must stop: the waiting, or the work?")
}
