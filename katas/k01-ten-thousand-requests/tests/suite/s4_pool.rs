//! Step 4: work that never waits.
//!
//! Real threads and a real clock. Nothing here depends on how fast they are: jobs are held by
//! gates, and what a test waits for it is told.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use k01::s4_pool::CpuPool;
use k01_given::PoolError;
use suite::say::{holds, same};
use tokio::time::sleep;

use crate::threads::{Gate, Keeper, News, at_once, until_this_thread_ends};

type Answer = Result<usize, PoolError>;
type Call<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

const FULL: Answer = Err(PoolError::Full);

/// While a job computes, the runtime's thread serves everybody else. Here the job goes on only when
/// another task has seen three ticks of a timer and says so: on one and the same thread neither
/// could ever end.
#[suite::test]
async fn timers_tick_while_cpu_runs() {
    let _scene = suite::context(
        "A pool of 1 thread; its job waits for a task that waits for a timer, three times.",
    );
    let pool = pool(1, 1);
    let keeper = Keeper::default();
    let gate = keeper.gate();
    let ticker = tokio::spawn(async move {
        for _ in 0..3 {
            sleep(Duration::from_millis(1)).await;
        }
        keeper.open();
    });
    let answer: Answer = pool.run(move || held(&gate, 7)).await;
    same("The job's answer", answer, Ok(7));
    ticker.await.expect("the ticker ends");
}

/// However many jobs come, no more of them run at once than there are threads: more would only
/// take turns on the same processors, and all of them would be late.
#[suite::test]
async fn at_most_threads_jobs_at_once() {
    let threads = more_than_processors();
    let jobs = threads + 200;
    let _scene = suite::context(format!("A pool of {threads} threads; {jobs} jobs at once."));
    let pool = pool(threads, jobs);
    let (keeper, running) =
        (Keeper::default(), Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]));
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 0..jobs {
        let (gate, running) = (keeper.gate(), Arc::clone(&running));
        let mut call: Call<'_> = Box::pin(pool.run(move || {
            let [now, most] = &*running;
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            gate.wait();
            // Whoever else is about to run gets his chance.
            for _ in 0..100 {
                std::thread::yield_now();
            }
            now.fetch_sub(1, Ordering::SeqCst);
            n
        }));
        same(format!("Job {n}, while all wait"), at_once(call.as_mut()).await, None);
        calls.push(call);
    }
    keeper.open();
    for (n, call) in calls.into_iter().enumerate() {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
    let most = running[1].load(Ordering::SeqCst);
    holds("Jobs that ran at once", format!("at most {threads}"), most, most <= threads);
}

/// All threads of a pool work, and they are its own: here each job ends only when as many run as
/// there are threads, which are more than this machine has processors.
#[suite::test]
async fn all_threads_work() {
    let threads = more_than_processors();
    let _scene = suite::context(format!(
        "A pool of {threads} threads; {threads} jobs that end when all of them run."
    ));
    all_run_at_once(&pool(threads, 0), threads).await;
}

/// A pool that is full says so at once, to whoever comes, and what it refused never runs. To wait
/// instead is to have a queue without an end, outside.
#[suite::test]
async fn full_pool_rejects() {
    let _scene = suite::context("A pool of 1 thread, queue of 2; one job runs, two wait for it.");
    let pool = pool(1, 2);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let mut calls = vec![taken(&pool, &keeper, &began, 0).await];
    same("The job that has begun", began.next().await, 0);
    for n in 1..3 {
        calls.push(taken(&pool, &keeper, &began, n).await);
    }
    for n in 3..6 {
        let mut call = held_call(&pool, &keeper, &began, n);
        same("One job more", at_once(call.as_mut()).await, Some(FULL));
    }
    keeper.open();
    for (n, call) in calls.into_iter().enumerate() {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
    // There is room for as many again, and only now for these.
    for n in 6..9 {
        same("A job of the empty pool", pool.run(move || n).await, Ok(n));
    }
    drop(pool);
    let mut others = began.rest().await;
    others.sort_unstable();
    same("The others that have begun", others, vec![1, 2]);
}

/// Room is counted in jobs that were taken and have not ended. A pool at rest has room for one on
/// each thread and for the queue besides, whether or not its threads have noticed yet.
#[suite::test]
async fn an_idle_pool_takes_threads_plus_queue() {
    for (threads, queue) in [(1, 0), (2, 0), (2, 3), (1, 5)] {
        let _scene = suite::context(format!(
            "A pool of {threads} threads, queue of {queue}; jobs come one right after the other."
        ));
        let pool = pool(threads, queue);
        for _round in 0..2 {
            let (keeper, began) = (Keeper::default(), News::new());
            let mut calls: Vec<Call<'_>> = Vec::new();
            for n in 0..threads + queue {
                calls.push(taken(&pool, &keeper, &began, n).await);
            }
            let mut one_more = held_call(&pool, &keeper, &began, 99);
            same("One job more", at_once(one_more.as_mut()).await, Some(FULL));
            drop(one_more);
            keeper.open();
            for (n, call) in calls.into_iter().enumerate() {
                same(format!("The answer of job {n}"), call.await, Ok(n));
            }
        }
    }
}

/// Who comes first is served first: otherwise those who have waited longest go on waiting.
#[suite::test]
async fn first_come_first_served() {
    const MANY: usize = 100;
    let _scene = suite::context("A pool of 1 thread that is busy; then jobs 1 to 100 come.");
    let pool = pool(1, MANY);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 1..=MANY {
        let (gate, says) = (keeper.gate(), began.sender());
        let mut call: Call<'_> = Box::pin(pool.run(move || {
            gate.wait();
            // Were they not one after the other, the later ones would be first.
            for _ in n..MANY {
                std::thread::yield_now();
            }
            let _ = says.send(n);
            n
        }));
        same(format!("Job {n}, which waits"), at_once(call.as_mut()).await, None);
        calls.push(call);
    }
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    for (n, call) in (1..).zip(calls) {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
    drop(pool);
    same("The order in which they ran", began.rest().await, (1..=MANY).collect());
}

/// A job that panics is an answer for its caller, and for nobody else: the thread lives, the room
/// is free again.
#[suite::test]
async fn panic_is_an_error() {
    let _scene = suite::context("A pool of 2 threads without a queue; five jobs panic.");
    let pool = pool(2, 0);
    let panics = suite::expect_panics();
    for n in 0..5 {
        let answer: Answer = pool.run(move || panic!("job {n} panics")).await;
        same(format!("The answer of job {n}, which panics"), answer, Err(PoolError::Panicked));
    }
    same("Panics", panics.seen(), 5);
    drop(panics);
    let _scene = suite::context("Then two jobs come that end when both of them run.");
    all_run_at_once(&pool, 2).await;
}

/// A caller that goes away does not free a thread: its job runs on, and takes its place until it
/// has ended. Nobody else notices.
#[suite::test]
async fn dropped_caller_harms_nobody() {
    let scene =
        suite::context("A pool of 1 thread without a queue; the caller of its job is gone.");
    let lone = pool(1, 0);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let call = taken(&lone, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    drop(call);
    let mut next = held_call(&lone, &keeper, &began, 1);
    same("Another job, while that one runs", at_once(next.as_mut()).await, Some(FULL));
    drop(next);
    keeper.open();
    same("Another job, later", when_there_is_room(&lone, || 2).await, Ok(2));
    drop(scene);

    let _scene = suite::context(
        "A pool of 1 thread, queue of 1; one job runs, one waits, both callers are gone; then both \
         places must be there again.",
    );
    let pool = pool(1, 1);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let running = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    drop((running, taken(&pool, &keeper, &began, 1).await));
    keeper.open();
    same("The next job", when_there_is_room(&pool, || 2).await, Ok(2));
    both_places_are_there(&pool).await;
}

/// Who drops the pool has its threads back: they are no one's otherwise, and every pool that was
/// made and dropped would leave some.
#[suite::test(deadline = 5)]
async fn dropped_pool_ends_its_threads() {
    let _scene = suite::context("A pool of 2 threads, each has done a job; then it is dropped.");
    let pool = pool(2, 0);
    let (keeper, mut began, ended) = (Keeper::default(), News::new(), News::new());
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 0..2 {
        let (gate, says, until_the_end) = (keeper.gate(), began.sender(), ended.sender());
        let mut call: Call<'_> = Box::pin(pool.run(move || {
            until_this_thread_ends(until_the_end);
            let _ = says.send(n);
            held(&gate, n)
        }));
        same(format!("Job {n}"), at_once(call.as_mut()).await, None);
        calls.push(call);
    }
    // Both at once, so on two threads.
    let mut both = [began.next().await, began.next().await];
    both.sort_unstable();
    same("The jobs that have begun", both, [0, 1]);
    keeper.open();
    for (n, call) in calls.into_iter().enumerate() {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
    drop(pool);
    same("What its threads say when they have ended", ended.rest().await, vec![]);
}

fn pool(threads: usize, queue: usize) -> CpuPool {
    CpuPool::new(NonZeroUsize::new(threads).expect("1 or more"), queue)
}

/// So many that a pool of all processors is too small.
fn more_than_processors() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get) + 3
}

fn held(gate: &Gate, n: usize) -> usize {
    gate.wait();
    n
}

/// A job that says when it begins, and ends when the keeper opens.
fn held_call<'a>(pool: &'a CpuPool, keeper: &Keeper, began: &News<usize>, n: usize) -> Call<'a> {
    let (gate, says) = (keeper.gate(), began.sender());
    Box::pin(pool.run(move || {
        let _ = says.send(n);
        held(&gate, n)
    }))
}

/// The same, when it was taken.
async fn taken<'a>(pool: &'a CpuPool, keeper: &Keeper, began: &News<usize>, n: usize) -> Call<'a> {
    let mut call = held_call(pool, keeper, began, n);
    let answer: Option<Answer> = at_once(call.as_mut()).await;
    same(format!("Job {n} of a pool that has room"), answer, None);
    call
}

/// So many jobs, each of which ends when all of them run.
async fn all_run_at_once(pool: &CpuPool, jobs: usize) {
    let (keeper, mut began) = (Keeper::default(), News::new());
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 0..jobs {
        calls.push(taken(pool, &keeper, &began, n).await);
    }
    for _ in 0..jobs {
        began.next().await;
    }
    keeper.open();
    for (n, call) in calls.into_iter().enumerate() {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
}

/// Asks until the pool does not refuse: jobs whose callers are gone end unheard.
async fn when_there_is_room(pool: &CpuPool, job: fn() -> usize) -> Answer {
    loop {
        match pool.run(job).await {
            FULL => sleep(Duration::from_millis(1)).await,
            answer => return answer,
        }
    }
}

/// Of a pool of 1 thread, queue of 1, in which nothing runs any more.
async fn both_places_are_there(pool: &CpuPool) {
    let (keeper, began) = (Keeper::default(), News::new());
    let running = taken(pool, &keeper, &began, 3).await;
    let waiting = taken(pool, &keeper, &began, 4).await;
    let mut one_more = held_call(pool, &keeper, &began, 5);
    same("One job more", at_once(one_more.as_mut()).await, Some(FULL));
    keeper.open();
    same("The answers", (running.await, waiting.await), (Ok(3), Ok(4)));
}
