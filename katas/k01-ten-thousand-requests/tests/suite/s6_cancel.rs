//! Step 6: work that nobody waits for.
//!
//! Real threads and a real clock, as in step 4: jobs are held by gates, and what a test waits for
//! it is told.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use k01::s6_cancel::CpuPool;
use k01_given::{PoolError, Stop};
use suite::say::same;
use tokio::time::sleep;

use crate::threads::{Keeper, News, at_once};

type Answer = Result<usize, PoolError>;
type Call<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

const FULL: Answer = Err(PoolError::Full);

/// A job whose caller has gone before it began never begins: its result is for nobody, and the
/// threads have enough to do for those who still wait.
#[suite::test]
async fn cancelled_waiter_skips_unstarted_job() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 3; job 0 runs, 1 to 3 wait; the callers of 1 and 3 go away.",
    );
    let pool = pool(1, 3);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let mut waiting = Vec::new();
    for n in 1..=3 {
        waiting.push(taken(&pool, &keeper, &began, n).await);
    }
    drop(waiting.pop());
    drop(waiting.remove(0));
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    for call in waiting {
        same("The answer of job 2", call.await, Ok(2));
    }
    same("The answer of a job that comes now", pool.run(|_| 4).await, Ok(4));
    drop(pool);
    same("The others that have begun", began.rest().await, vec![2]);
}

/// The place of such a job is free when its caller has gone, not when a thread comes across what
/// is left of it: until then people would be refused for the sake of nobody.
#[suite::test]
async fn cancelled_waiter_frees_its_place_at_once() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 2; job 0 runs all the time; callers of others come and go.",
    );
    let pool = pool(1, 2);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    for _round in 0..3 {
        let (one, other) =
            (taken(&pool, &keeper, &began, 1).await, taken(&pool, &keeper, &began, 2).await);
        refuses(&pool, &keeper, &began).await;
        drop(one);
        let again = taken(&pool, &keeper, &began, 3).await;
        refuses(&pool, &keeper, &began).await;
        drop((again, other));
    }
    let last = taken(&pool, &keeper, &began, 4).await;
    keeper.open();
    same("The answers of jobs 0 and 4", (first.await, last.await), (Ok(0), Ok(4)));
    drop(pool);
    same("The others that have begun", began.rest().await, vec![4]);
}

/// What such a job holds is dropped with it: a megabyte of picture, a connection, a lock.
#[suite::test]
async fn cancelled_job_lets_go_of_what_it_holds() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 1; job 0 runs; job 1 waits and holds something; its caller \
         goes away.",
    );
    let pool = pool(1, 1);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let held = Arc::new(());
    let holds = Arc::clone(&held);
    let mut second: Call<'_> = Box::pin(pool.run(move |_| Arc::strong_count(&holds)));
    same("Job 1, while job 0 runs", at_once(second.as_mut()).await, None);
    same("Who has it while job 1 waits", Arc::strong_count(&held), 2);
    drop(second);
    same("Who has it when the caller of job 1 has gone", Arc::strong_count(&held), 1);
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
}

/// A job that has begun is asked to stop when its caller goes away. It alone: the others are
/// somebody else's.
#[suite::test]
async fn started_job_is_asked_to_stop() {
    let _scene = suite::context(
        "A pool of 2 threads, queue of 1; jobs 0 and 1 run until they are asked to stop, or the \
         test lets them go; the caller of job 0 goes away.",
    );
    let pool = pool(2, 1);
    let (keeper, mut began, mut stopped) = (Keeper::default(), News::new(), News::new());
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 0..2 {
        let (gate, says, tells) = (keeper.gate(), began.sender(), stopped.sender());
        let mut call: Call<'_> = Box::pin(pool.run(move |stop: &Stop| {
            let _ = says.send(n);
            while !stop.asked() && !gate.is_open() {
                std::thread::yield_now();
            }
            let _ = tells.send((n, stop.asked()));
            n
        }));
        same(format!("Job {n}, which runs"), at_once(call.as_mut()).await, None);
        same("The job that has begun", began.next().await, n);
        calls.push(call);
    }
    drop(calls.remove(0));
    same("The first that ends, and whether it was asked to", stopped.next().await, (0, true));
    let after: Answer = when_there_is_room(&pool, |stop| usize::from(stop.asked())).await;
    same("Whether a job that comes later is asked to stop", after, Ok(0));
    keeper.open();
    same("The answer of job 1", calls.remove(0).await, Ok(1));
    same("The second that ends, and whether it was asked to", stopped.next().await, (1, false));
}

/// To be asked is not to have ended: a job that has begun takes its place and its thread until it
/// has, caller or not.
#[suite::test]
async fn started_job_keeps_its_place() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 1; job 0 runs and does not look at its stop; its caller goes \
         away.",
    );
    let pool = pool(1, 1);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    drop(first);
    let second = taken(&pool, &keeper, &began, 1).await;
    refuses(&pool, &keeper, &began).await;
    keeper.open();
    same("The answer of job 1", second.await, Ok(1));
    same("The answer of a job that comes now", pool.run(|_| 2).await, Ok(2));
}

/// What step 4 asks for still holds: answers and panics go to their callers, jobs begin in the
/// order in which they came, and the room is what it was.
#[suite::test]
async fn patient_callers_notice_nothing() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 4; job 0 runs, jobs 1 to 4 wait; job 2 panics.",
    );
    let pool = pool(1, 4);
    let panics = suite::expect_panics();
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 1..=4 {
        let says = began.sender();
        let mut call: Call<'_> = Box::pin(pool.run(move |_| {
            let _ = says.send(n);
            assert!(n != 2, "job 2 panics");
            n
        }));
        same(format!("Job {n}, which waits"), at_once(call.as_mut()).await, None);
        calls.push(call);
    }
    refuses(&pool, &keeper, &began).await;
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    for (n, call) in (1..).zip(calls) {
        let expected = if n == 2 { Err(PoolError::Panicked) } else { Ok(n) };
        same(format!("The answer of job {n}"), call.await, expected);
    }
    same("Panics", panics.seen(), 1);
    drop(pool);
    same("The order in which they began", began.rest().await, vec![1, 2, 3, 4]);
}

fn pool(threads: usize, queue: usize) -> CpuPool {
    CpuPool::new(NonZeroUsize::new(threads).expect("1 or more"), queue)
}

/// A job that says when it begins, and ends when the keeper opens.
fn held_call<'a>(pool: &'a CpuPool, keeper: &Keeper, began: &News<usize>, n: usize) -> Call<'a> {
    let (gate, says) = (keeper.gate(), began.sender());
    Box::pin(pool.run(move |_| {
        let _ = says.send(n);
        gate.wait();
        n
    }))
}

/// The same, when it was taken.
async fn taken<'a>(pool: &'a CpuPool, keeper: &Keeper, began: &News<usize>, n: usize) -> Call<'a> {
    let mut call = held_call(pool, keeper, began, n);
    let answer: Option<Answer> = at_once(call.as_mut()).await;
    same(format!("Job {n} of a pool that has room"), answer, None);
    call
}

/// The pool is full.
async fn refuses(pool: &CpuPool, keeper: &Keeper, began: &News<usize>) {
    let mut call = held_call(pool, keeper, began, 99);
    same("One job more", at_once(call.as_mut()).await, Some(FULL));
}

/// Asks until the pool does not refuse: jobs whose callers are gone end unheard.
async fn when_there_is_room(pool: &CpuPool, job: fn(&Stop) -> usize) -> Answer {
    loop {
        match pool.run(job).await {
            FULL => sleep(Duration::from_millis(1)).await,
            answer => return answer,
        }
    }
}
