//! Step 4: work that never waits.
//!
//! Real threads and a real clock. Nothing here depends on how fast they are: jobs are held by
//! gates, and what a test waits for it is told.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use k01::s4_pool::CpuPool;
use k01_given::PoolError;
use suite::say::{holds, same};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use crate::jobs::panicked;
use crate::threads::{
    Doorbell, Gate, Keeper, Leaves, NOT_YET, News, REFUSED, Start, all_end, answer, at_once,
    by_a_passer_by, everybody_had_a_turn, polled, said, until_this_thread_ends, when_it_rings,
};

type Answer = Result<usize, PoolError>;
type Call<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

const FULL: Answer = Err(PoolError::Full);

/// While a job computes, the runtime's thread serves everybody else. Here the job goes on only when
/// another task has seen three ticks of a timer and says so: on one and the same thread neither
/// could ever end.
#[suite::test]
async fn timers_tick_while_cpu_runs() {
    let _scene = suite::context(
        "A pool of 1 thread; its job waits for a task that waits for a timer, three times. The call is \
         polled in one place and then awaited in another, with another waker.",
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
    let mut call: Call<'_> = Box::pin(pool.run(move || held(&gate, 7)));
    // As `select!` does whose other branch is ready: somebody else may go on with it.
    said("The job", &by_a_passer_by(call.as_mut()), NOT_YET);
    same("The job's answer", call.await, Ok(7));
    ticker.await.expect("the ticker ends");
    nobody_asks_again_and_again().await;
}

/// To be woken once more than needed is nobody's fault; to be woken all the time is a plan.
async fn nobody_asks_again_and_again() {
    const NOW_AND_THEN: usize = 2;
    let _scene = suite::context(
        "A pool of 1 thread; its job is held while a timer ticks 50 times, 1 ms each; the call is \
         polled when it was woken.",
    );
    let (pool, keeper, mut rings) = (pool(1, 1), Keeper::default(), News::new());
    let (gate, bell) = (keeper.gate(), Doorbell::waker(&rings, keeper.gate()));
    let mut call: Call<'_> = Box::pin(pool.run(move || held(&gate, 7)));
    said("The job", &polled(call.as_mut(), &bell), NOT_YET);
    let mut woken = 0;
    for _ in 0..50 {
        sleep(Duration::from_millis(1)).await;
        let rang = rings.so_far().len();
        if rang > 0 {
            woken += rang;
            said("The job", &polled(call.as_mut(), &bell), NOT_YET);
        }
    }
    let patient = woken <= NOW_AND_THEN;
    holds("How often the call was woken while its job ran", "hardly ever", woken, patient);
    keeper.open();
    same("The job's answer", call.await, Ok(7));
}

/// However many jobs come, no more of them run at once than there are threads: more would only
/// take turns on the same processors, and all of them would be late.
#[suite::test]
async fn at_most_threads_jobs_at_once() {
    for threads in [1, more_than_processors()] {
        crowd_of_jobs(threads).await;
    }
}

async fn crowd_of_jobs(threads: usize) {
    let jobs = threads + 200;
    let _scene = suite::context(format!("Threads of the pool: {threads}; jobs at once: {jobs}."));
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
            now.fetch_sub(1, Ordering::SeqCst);
            n
        }));
        said(format!("Job {n}, while all wait"), &at_once(call.as_mut()).await, NOT_YET);
        calls.push(call);
    }
    everybody_had_a_turn().await;
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
    let _scene = suite::context(
        "A pool of more threads than there are processors, without a queue; as many jobs, which end \
         when all of them run.",
    );
    all_run_at_once(&pool(threads, 0), threads).await;
}

/// A pool that is full says so at once, to whoever comes, and what it refused never runs. To wait
/// instead is to have a queue without an end, outside. And of two who come for the last place at the
/// same moment one is refused: whoever looks whether there is room, and takes it afterwards, gives it
/// to both.
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
        said("One job more comes", &at_once(call.as_mut()).await, REFUSED);
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
    the_last_place_is_given_once().await;
}

/// Callers come from many threads, and each place is given to one of them. How many rounds there are
/// depends on the machine; what is right in each does not.
async fn the_last_place_is_given_once() {
    let _scene = suite::context(
        "A pool of 1 thread without a queue. Two threads ask for its only place at the same moment, \
         again and again, each time when the pool is at rest.",
    );
    let race = Arc::new((pool(1, 0), Start::of(2), AtomicBool::new(false)));
    let taken = News::new();
    for caller in 0..2 {
        let (race, says) = (Arc::clone(&race), taken.sender());
        let runtime = Handle::current();
        thread::spawn(move || {
            let _inside = runtime.enter();
            come_again_and_again(&race, caller, &says);
        });
    }
    let mut rounds = taken.rest().await;
    rounds.sort_unstable();
    let taken: Vec<usize> = rounds.chunk_by(usize::eq).map(<[usize]>::len).collect();
    let wrong = taken.iter().copied().find(|&taken| taken != 1);
    let every_round = rounds.iter().max() == taken.len().checked_sub(1).as_ref();
    let what = "Jobs that were taken when two came for one place";
    holds(what, 1, wrong.unwrap_or(taken.len().min(1)), wrong.is_none() && every_round);
}

fn come_again_and_again(
    (pool, start, over): &(CpuPool, Start, AtomicBool),
    caller: usize,
    taken: &UnboundedSender<usize>,
) {
    const FEW: usize = 100;
    const MANY: usize = 10_000;
    let (begin, _leaves) = (Instant::now(), Leaves(start));
    for round in 0..=MANY {
        let enough = round == MANY || round >= FEW && begin.elapsed() > Duration::from_millis(300);
        if caller == 0 && enough {
            over.store(true, Ordering::SeqCst);
        }
        let late = if caller == 0 { 10 } else { round % 20 };
        let (keeper, meeting) = (Keeper::default(), 3 * round);
        let gate = keeper.gate();
        let mut call: Call<'_> = Box::pin(pool.run(move || held(&gate, 7)));
        start.meet(meeting);
        if over.load(Ordering::SeqCst) {
            return;
        }
        for n in 0..late {
            black_box(n);
        }
        let saw = by_a_passer_by(call.as_mut());
        // No job may end before both have asked, and none comes before both have their answers.
        start.meet(meeting + 1);
        keeper.open();
        if saw == NOT_YET {
            let _ = taken.send(round);
            let _ = answer(call.as_mut());
        }
        start.meet(meeting + 2);
    }
}

/// Room is counted in jobs that were taken and have not ended. A pool at rest has room for one on
/// each thread and for the queue besides, whether or not its threads have noticed yet.
#[suite::test]
async fn an_idle_pool_takes_threads_plus_queue() {
    for (threads, queue) in [(1, 0), (2, 0), (2, 3), (1, 5)] {
        let _scene = suite::context(format!(
            "Threads of the pool: {threads}, its queue: {queue}; jobs come one right after the other, \
             twice. Before the second time all jobs of the first have been answered: whoever has an \
             answer must find room."
        ));
        let pool = pool(threads, queue);
        for _round in 0..2 {
            let (keeper, began) = (Keeper::default(), News::new());
            let mut calls: Vec<Call<'_>> = Vec::new();
            for n in 0..threads + queue {
                calls.push(taken(&pool, &keeper, &began, n).await);
            }
            let mut one_more = held_call(&pool, &keeper, &began, 99);
            said("One job more comes", &at_once(one_more.as_mut()).await, REFUSED);
            drop(one_more);
            keeper.open();
            for (n, call) in calls.into_iter().enumerate() {
                same(format!("The answer of job {n}"), call.await, Ok(n));
            }
        }
    }
    let _scene = suite::context("A pool of 2 threads, its queue: usize::MAX.");
    same("The answer of a job", pool(2, usize::MAX).run(|| 1).await, Ok(1));
}

/// Whoever has an answer finds room for the next job: its own has ended. Else somebody who asks for
/// one thing after the other is refused now and then, by himself.
#[suite::test]
async fn room_comes_before_the_answer() {
    for panics in [false, true] {
        let _scene = suite::context(format!(
            "A pool of 1 thread without a queue; job 0 {}. Its caller has the next job ready, and the \
             thread that wakes him goes no further before that was asked for.",
            if panics { "panics" } else { "ends" }
        ));
        let (pool, expected) = (pool(1, 0), suite::expect_panics());
        let (keeper, heard, mut rings) = (Keeper::default(), Keeper::default(), News::new());
        let gate = keeper.gate();
        let mut call: Call<'_> = Box::pin(pool.run(move || {
            gate.wait();
            assert!(!panics, "job 0 panics");
            0
        }));
        said("Job 0", &by_a_passer_by(call.as_mut()), NOT_YET);
        let bell = Doorbell::waker(&rings, heard.gate());
        keeper.open();
        let saw = when_it_rings(call.as_mut(), &mut rings, &bell).await;
        said("Job 0", &saw, if panics { "Err(Panicked)" } else { "Ok(0)" });
        let mut next: Call<'_> = Box::pin(pool.run(|| 1));
        let saw = by_a_passer_by(next.as_mut());
        holds("Job 1, right after the answer of job 0", "room for it", &saw, saw != REFUSED);
        heard.open();
        drop(expected);
        if saw == NOT_YET {
            same("The answer of job 1", next.await, Ok(1));
        }
    }
}

/// Who comes first is served first: otherwise those who have waited longest go on waiting.
#[suite::test]
async fn first_come_first_served() {
    let _scene = suite::context("A pool of 1 thread whose job is held; then jobs 1 to 6 come.");
    let pool = pool(1, 6);
    let (keeper, mut began) = (Keeper::default(), News::new());
    let first = taken(&pool, &keeper, &began, 0).await;
    same("The job that has begun", began.next().await, 0);
    let mut calls: Vec<Call<'_>> = Vec::new();
    for n in 1..=6 {
        calls.push(taken(&pool, &keeper, &began, n).await);
    }
    everybody_had_a_turn().await;
    same("Jobs that begin while the only thread is taken", began.so_far(), vec![]);
    keeper.open();
    same("The answer of job 0", first.await, Ok(0));
    for (n, call) in (1..).zip(calls) {
        same(format!("The answer of job {n}"), call.await, Ok(n));
    }
    drop(pool);
    same("The order in which they began", began.rest().await, vec![1, 2, 3, 4, 5, 6]);
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
    panicked(&panics, 5);
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
    said("Another job, while that one runs", &at_once(next.as_mut()).await, REFUSED);
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
#[suite::test(deadline = 8)]
async fn dropped_pool_ends_its_threads() {
    let scene = suite::context("A pool of 2 threads, each has done a job; then it is dropped.");
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
        said(format!("Job {n}"), &at_once(call.as_mut()).await, NOT_YET);
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
    all_end(ended).await;
    drop(scene);
    dropped_while_a_job_runs().await;
}

async fn dropped_while_a_job_runs() {
    let _scene = suite::context(
        "A pool of 1 thread whose job is held; its caller has gone. The pool is dropped, which must \
         not wait for the job; then the job ends.",
    );
    let pool = pool(1, 0);
    let (keeper, mut began, ended) = (Keeper::default(), News::new(), News::new());
    let (gate, says, until_the_end) = (keeper.gate(), began.sender(), ended.sender());
    let mut call: Call<'_> = Box::pin(pool.run(move || {
        until_this_thread_ends(until_the_end);
        let _ = says.send(0);
        held(&gate, 0)
    }));
    said("Job 0", &at_once(call.as_mut()).await, NOT_YET);
    same("The job that has begun", began.next().await, 0);
    drop(call);
    drop(pool);
    keeper.open();
    all_end(ended).await;
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
    let saw = at_once(call.as_mut()).await;
    said(format!("Job {n} comes to a pool that has room"), &saw, NOT_YET);
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
    said("One job more comes", &at_once(one_more.as_mut()).await, REFUSED);
    keeper.open();
    same("The answers", (running.await, waiting.await), (Ok(3), Ok(4)));
}
