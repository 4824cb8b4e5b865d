//! Step 5: no job for ever.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use k01_given::Job;
use tokio::select;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

/// As far away as anybody will ever wait.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

fn after(time: Duration) -> Instant {
    Instant::now() + time.min(FAR)
}

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
    let over = after(total);
    let mut ends: Vec<Job<T, E>> = (0..n).map(|_| Job::Expired).collect();
    let mut waiting = 0..n;
    let mut under_way = JoinSet::new();
    let mut numbers = HashMap::new();
    // All have the same limit, so that the first that began is the first that is due.
    let mut due: VecDeque<(Instant, AbortHandle)> = VecDeque::new();
    while Instant::now() < over {
        while under_way.len() < limit.get()
            && let Some(number) = waiting.next()
        {
            match catch_unwind(AssertUnwindSafe(|| job(number))) {
                Ok(future) => {
                    let task = under_way.spawn(future);
                    numbers.insert(task.id(), number);
                    due.push_back((after(each), task));
                }
                Err(_) => ends[number] = Job::Panicked,
            }
        }
        due.retain(|(_, task)| !task.is_finished());
        let next = due.front().map_or(over, |&(at, _)| at.min(over));
        let ended = select! {
            ended = under_way.join_next_with_id() => ended,
            () = sleep_until(next) => {
                if next < over && let Some((_, late)) = due.pop_front() {
                    late.abort();
                }
                continue;
            }
        };
        let Some(ended) = ended else { break };
        let (id, end) = told(ended);
        if let Some(number) = numbers.remove(&id) {
            ends[number] = end;
        }
    }
    // What has ended by now was in time, heard of or not.
    while let Some(ended) = under_way.try_join_next_with_id() {
        let (id, end) = told(ended);
        if let Some(number) = numbers.remove(&id) {
            ends[number] = end;
        }
    }
    under_way.shutdown().await;
    ends
}

fn told<T, E>(ended: Result<(Id, Result<T, E>), JoinError>) -> (Id, Job<T, E>) {
    match ended {
        Ok((id, Ok(value))) => (id, Job::Done(value)),
        Ok((id, Err(error))) => (id, Job::Failed(error)),
        Err(error) if error.is_panic() => (error.id(), Job::Panicked),
        Err(aborted) => (aborted.id(), Job::Expired),
    }
}
