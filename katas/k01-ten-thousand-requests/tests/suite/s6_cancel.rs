//! Step 6: work that nobody waits for.
//!
//! Real threads and a real clock, as in step 4: jobs are held by gates, and what a test waits for
//! it is told.

use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use k01::s6_cancel::CpuPool;
use k01_given::{PoolError, Stop};
use suite::say::{holds, same};
use tokio::time::sleep;

use crate::jobs::panicked;
use crate::threads::{
    Doorbell, Keeper, NOT_YET, News, REFUSED, all_end, at_once, by_a_passer_by, said,
    until_this_thread_ends, when_it_rings,
};

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
    let scene = suite::context(
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
    said("Job 1, while job 0 runs", &at_once(second.as_mut()).await, NOT_YET);
    same("Who has it while job 1 waits", Arc::strong_count(&held), 2);
    drop(second);
    same("Who has it when the caller of job 1 has gone", Arc::strong_count(&held), 1);
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    drop(scene);
    what_it_holds_may_use_the_pool().await;
}

async fn what_it_holds_may_use_the_pool() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 1; job 0 runs; job 1 waits and holds something that asks the \
         pool when it is dropped; its caller goes away.",
    );
    let pool = Arc::new(pool(1, 1));
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let asks = AsksWhenDropped(Arc::clone(&pool));
    let mut second: Call<'_> = Box::pin(pool.run(move |_| Arc::strong_count(&asks.0)));
    said("Job 1, while job 0 runs", &at_once(second.as_mut()).await, NOT_YET);
    drop(second);
    same("Who has the pool when the caller of job 1 has gone", Arc::strong_count(&pool), 1);
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
}

/// A handle that goes back to its pool, as those of a connection do.
struct AsksWhenDropped(Arc<CpuPool>);

impl Drop for AsksWhenDropped {
    fn drop(&mut self) {
        let mut call = pin!(self.0.run(|_| 0));
        // Whether there is room by now is another test's question.
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
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
        said(format!("Job {n}, which runs"), &at_once(call.as_mut()).await, NOT_YET);
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
        said(format!("Job {n}, which waits"), &at_once(call.as_mut()).await, NOT_YET);
        calls.push(call);
    }
    refuses(&pool, &keeper, &began).await;
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    for (n, call) in (1..).zip(calls) {
        let expected = if n == 2 { Err(PoolError::Panicked) } else { Ok(n) };
        same(format!("The answer of job {n}"), call.await, expected);
    }
    panicked(&panics, 1);
    drop(pool);
    same("The order in which they began", began.rest().await, vec![1, 2, 3, 4]);
    let _scene = suite::context("A pool of 2 threads, its queue: usize::MAX.");
    same("The answer of a job", self::pool(2, usize::MAX).run(|_| 1).await, Ok(1));
}

/// Each place is given back once: by a job that has ended, or by a caller who has taken his job out
/// of the line. Who gives it back twice makes room that is not there.
#[suite::test]
async fn room_is_what_it_was() {
    let _scene = suite::context(
        "A pool of 1 thread, queue of 1. Jobs 0 and 1 end and are answered; job 2 runs, job 3 waits, \
         and their callers go away; job 4 ends. Then there must be room for two again.",
    );
    let pool = pool(1, 1);
    for _round in 0..3 {
        let (keeper, mut began) = (Keeper::default(), News::new());
        let first = taken(&pool, &keeper, &began, 0).await;
        same("The job that has begun", began.next().await, 0);
        let second = taken(&pool, &keeper, &began, 1).await;
        refuses(&pool, &keeper, &began).await;
        keeper.open();
        same("The answers of jobs 0 and 1", (first.await, second.await), (Ok(0), Ok(1)));
        same("The job that has begun", began.next().await, 1);
        let keeper = Keeper::default();
        let running = taken(&pool, &keeper, &began, 2).await;
        same("The job that has begun", began.next().await, 2);
        drop(taken(&pool, &keeper, &began, 3).await);
        drop(running);
        keeper.open();
        same("The answer of job 4", when_there_is_room(&pool, |_| 4).await, Ok(4));
    }
}

/// Whoever has an answer finds room for the next job: its own has ended.
#[suite::test]
async fn room_comes_before_the_answer() {
    let _scene = suite::context(
        "A pool of 1 thread without a queue; job 0 ends. Its caller has the next job ready, and the \
         thread that wakes him goes no further before that was asked for.",
    );
    let pool = pool(1, 0);
    let (keeper, heard, mut rings) = (Keeper::default(), Keeper::default(), News::new());
    let gate = keeper.gate();
    let mut call: Call<'_> = Box::pin(pool.run(move |_| {
        gate.wait();
        0
    }));
    said("Job 0", &by_a_passer_by(call.as_mut()), NOT_YET);
    let bell = Doorbell::waker(&rings, heard.gate());
    keeper.open();
    said("Job 0", &when_it_rings(call.as_mut(), &mut rings, &bell).await, "Ok(0)");
    let mut next: Call<'_> = Box::pin(pool.run(|_| 1));
    let saw = by_a_passer_by(next.as_mut());
    holds("Job 1, right after the answer of job 0", "room for it", &saw, saw != REFUSED);
    heard.open();
    if saw == NOT_YET {
        same("The answer of job 1", next.await, Ok(1));
    }
}

/// Who drops the pool has its threads back, and does not wait for them: not for one that rests, nor
/// for one that still works.
#[suite::test(deadline = 8)]
async fn dropped_pool_ends_its_threads() {
    let _scene = suite::context(
        "A pool of 2 threads: one has done its job, the other's job is held, and its caller has \
         gone. The pool is dropped; then that job ends.",
    );
    let pool = pool(2, 0);
    let (keepers, mut began, ended) =
        ([Keeper::default(), Keeper::default()], News::new(), News::new());
    let mut calls: Vec<Call<'_>> = Vec::new();
    for (n, keeper) in keepers.iter().enumerate() {
        let (gate, says, until_the_end) = (keeper.gate(), began.sender(), ended.sender());
        let mut call: Call<'_> = Box::pin(pool.run(move |_| {
            until_this_thread_ends(until_the_end);
            let _ = says.send(n);
            gate.wait();
            n
        }));
        said(format!("Job {n}"), &at_once(call.as_mut()).await, NOT_YET);
        same("The job that has begun", began.next().await, n);
        calls.push(call);
    }
    drop(calls.pop());
    keepers[0].open();
    for call in calls {
        same("The answer of job 0", call.await, Ok(0));
    }
    drop(pool);
    keepers[1].open();
    all_end(ended).await;
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
    let saw = at_once(call.as_mut()).await;
    said(format!("Job {n} comes to a pool that has room"), &saw, NOT_YET);
    call
}

/// The pool is full.
async fn refuses(pool: &CpuPool, keeper: &Keeper, began: &News<usize>) {
    let mut call = held_call(pool, keeper, began, 99);
    said("One job more comes", &at_once(call.as_mut()).await, REFUSED);
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
