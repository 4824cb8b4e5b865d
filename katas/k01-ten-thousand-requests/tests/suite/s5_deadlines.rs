//! Step 5: no job for ever.

use std::future::pending;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use k01::s5_deadlines::run_all_within;
use k01_given::Job;
use suite::say::same;
use suite::tasks::{alive, settle};
use tokio::task::yield_now;
use tokio::time::{Instant, advance, sleep};

use crate::jobs::{Doors, Ledger, one_by_one, panicked};

type Ends = Vec<Job<usize, Refused>>;

/// What the jobs of this suite fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused(usize);

/// A job whose time is up has expired, and nobody else has: the others keep their results, and its
/// place goes to the next one.
#[suite::test(paused)]
async fn late_job_expires_alone() {
    let _scene = suite::preface(
        "5 jobs, at most 2 at once, 100 ms each, Duration::MAX for all; job 1 never ends, the others \
         take 30 ms.",
    );
    let begin = Instant::now();
    let ends: Ends = run_all_within(5, limit(2), 10 * TICK, NEVER, |n| async move {
        if n == 1 {
            return pending().await;
        }
        sleep(3 * TICK).await;
        Ok(n)
    })
    .await;
    let expected = vec![Job::Done(0), Job::Expired, Job::Done(2), Job::Done(3), Job::Done(4)];
    same("How they ended", ends, expected);
    // One place: 0, 2, 3 until 90 ms, then 4 in it or in the other one.
    same("The time that all of it took", begin.elapsed(), 12 * TICK);
    settle().await;
    same("Tasks of the run that are alive after its end", alive(), 0);
}

/// The clock of a job begins with the job: how long it waited for its place is not its fault.
#[suite::test(paused)]
async fn each_clock_starts_with_its_job() {
    let _scene = suite::context(
        "10 jobs, one at a time, 50 ms each, Duration::MAX for all; all take 40 ms.",
    );
    let begin = Instant::now();
    let ends: Ends = run_all_within(10, limit(1), 5 * TICK, NEVER, |n| async move {
        sleep(4 * TICK).await;
        Ok(n)
    })
    .await;
    same("How they ended", ends, (0..10).map(Job::Done).collect());
    same("The time that all of it took", begin.elapsed(), 40 * TICK);
}

/// When the whole time is up everything ends, in that moment. What was done stays done: half an
/// answer in time is worth more than none.
#[suite::test(paused)]
async fn total_ends_the_run() {
    let _scene = suite::context(
        "8 jobs, at most 2 at once, 1 s each, 105 ms for all; they take 40 ms, job 1 never ends.",
    );
    let ledger = Ledger::default();
    let begin = Instant::now();
    let total = Duration::from_millis(105);
    let ends: Ends = run_all_within(8, limit(2), 100 * TICK, total, |n| {
        let ticket = ledger.begin(n);
        async move {
            if n == 1 {
                return pending().await;
            }
            sleep(4 * TICK).await;
            drop(ticket);
            Ok(n)
        }
    })
    .await;
    same("The time that all of it took", begin.elapsed(), total);
    let mut expected: Ends = (0..8).map(|_| Job::Expired).collect();
    (expected[0], expected[2]) = (Job::Done(0), Job::Done(2));
    same("How they ended", ends, expected);
    same("Jobs that have begun", ledger.began(), vec![0, 1, 2, 3]);
    ledger.is_left_alone().await;
}

/// What has ended in time has ended, even if nobody could look at it in time: here a job keeps the
/// thread until long after the end of the whole run.
#[suite::test(paused)]
async fn what_ended_in_time_is_kept() {
    // Few enough that all of them, and who waits for them, have their turn before any timer.
    const QUICK: usize = 16;
    let total = 3 * TICK;
    let _scene = suite::context(format!(
        "{} jobs, all at once, 100 ms each, {total:?} for all; jobs 0 to {} end at 0 ms, then job \
         {QUICK} computes until 60 ms, and the run hears of all of it only then.",
        QUICK + 1,
        QUICK - 1
    ));
    for _again in 0..3 {
        let ended = Arc::new(AtomicUsize::new(0));
        let ends: Ends = run_all_within(QUICK + 1, limit(QUICK + 1), 10 * TICK, total, |n| {
            let ended = Arc::clone(&ended);
            async move {
                if n < QUICK {
                    ended.fetch_add(1, Ordering::SeqCst);
                    return Ok(n);
                }
                while ended.load(Ordering::SeqCst) < QUICK {
                    yield_now().await;
                }
                // The clock goes on without anybody else's turn.
                advance(2 * total).await;
                pending().await
            }
        })
        .await;
        let expected = (0..QUICK).map(Job::Done).chain([Job::Expired]).collect();
        same("How they ended", ends, expected);
    }
}

/// What has expired is gone, not only given up: a job that goes on in secret takes a connection,
/// and does in the end what its caller was told is not done.
#[suite::test(paused)]
async fn expired_jobs_are_stopped() {
    let _scene = suite::context(
        "12 jobs, at most 3 at once, 20 ms each, Duration::MAX for all; none of them ever ends.",
    );
    let ledger = Ledger::default();
    let begin = Instant::now();
    let ends: Ends = run_all_within(12, limit(3), 2 * TICK, NEVER, |n| {
        let ticket = ledger.begin(n);
        async move {
            ticket.look();
            pending().await
        }
    })
    .await;
    same("How they ended", ends, (0..12).map(|_| Job::Expired).collect());
    same("The time that all of it took", begin.elapsed(), 8 * TICK);
    ledger.was_bounded_by(3);
    ledger.is_left_alone().await;
}

/// However a job ends, its place is free again: after errors, panics and expiry as many are under
/// way as before.
#[suite::test(paused)]
async fn no_permit_lost_after_errors() {
    const FAIL: usize = 8;
    let _scene = suite::context(
        "14 jobs, at most 2 at once, 20 ms each, Duration::MAX for all; the first 8 return an error, panic, panic before \
         there is a future, or expire, in turn; the other 6 end when the test lets them.",
    );
    let (ledger, doors) = (Ledger::default(), Doors::new(14));
    let panics = suite::expect_panics();
    let mut run = pin!(run_all_within(14, limit(2), 2 * TICK, NEVER, |n| {
        let (ticket, doors) = (ledger.begin(n), doors.clone());
        assert!(n >= FAIL || n % 4 != 2, "there is no such job");
        async move {
            match n % 4 {
                _ if n >= FAIL => doors.pass(n).await,
                0 => return Err(Refused(n)),
                1 => panic!("this job panics"),
                _ => return pending().await,
            }
            ticket.look();
            Ok(n)
        }
    }));
    // Until the last of those that expire has done so. The others' doors open before their time.
    tokio::select! {
        biased;
        _ = run.as_mut() => panic!("It returned while jobs were still under way."),
        () = sleep(3 * TICK) => {}
    }
    let ends: Ends = one_by_one(run, &ledger, &doors, FAIL, 2).await;
    panicked(&panics, 4);
    ledger.was_bounded_by(2);
    let expected: Ends = (0..14)
        .map(|n| match n % 4 {
            _ if n >= FAIL => Job::Done(n),
            0 => Job::Failed(Refused(n)),
            3 => Job::Expired,
            _ => Job::Panicked,
        })
        .collect();
    same("How they ended", ends, expected);
}

/// A limit may be as long as a `Duration` can be. No moment is so far away, and nothing may
/// overflow on the way there.
#[suite::test(paused)]
async fn no_limit_is_too_long() {
    let limits = [(NEVER, NEVER), (NEVER, 100 * TICK), (100 * TICK, NEVER), (NEVER / 2, NEVER / 3)];
    for (each, total) in limits {
        let _scene = suite::context(format!(
            "4 jobs of 10 ms, at most 3 at once, {each:?} each, {total:?} for all."
        ));
        let ends: Ends = run_all_within(4, limit(3), each, total, |n| async move {
            sleep(TICK).await;
            Ok(n)
        })
        .await;
        same("How they ended", ends, (0..4).map(Job::Done).collect());
    }
    for (each, total) in [(NEVER, 3 * TICK), (3 * TICK, NEVER)] {
        let _scene = suite::context(format!(
            "2 jobs at once, {each:?} each, {total:?} for all; job 0 takes 10 ms, job 1 never ends."
        ));
        let begin = Instant::now();
        let ends: Ends = run_all_within(2, limit(2), each, total, |n| async move {
            if n == 1 {
                return pending().await;
            }
            sleep(TICK).await;
            Ok(n)
        })
        .await;
        same("How they ended", ends, vec![Job::Done(0), Job::Expired]);
        same("The time that all of it took", begin.elapsed(), 3 * TICK);
    }
    let _scene = suite::context("No job at all, or fewer than there are places.");
    for jobs in [0, 3] {
        let ends: Ends =
            run_all_within(jobs, NonZeroUsize::MAX, TICK, TICK, |n| async move { Ok(n) }).await;
        same("How they ended", ends, (0..jobs).map(Job::Done).collect());
    }
}

/// No time is a limit, too: who has no time left still asks, and must hear so at once. It is not the
/// same as to have set no limit.
#[suite::test(paused)]
async fn no_time_is_a_limit_too() {
    for (each, total) in [(Duration::ZERO, NEVER), (NEVER, Duration::ZERO), (TICK, 2 * TICK)] {
        let _scene = suite::context(format!(
            "4 jobs, at most 2 at once, {each:?} each, {total:?} for all; job 0 takes 5 ms, the \
             others never end."
        ));
        let ledger = Ledger::default();
        let begin = Instant::now();
        let ends: Ends = run_all_within(4, limit(2), each, total, |n| {
            let ticket = ledger.begin(n);
            async move {
                if n > 0 {
                    return pending().await;
                }
                sleep(TICK / 2).await;
                drop(ticket);
                Ok(n)
            }
        })
        .await;
        let some_time = each == TICK;
        let mut expected: Ends = vec![Job::Expired; 4];
        if some_time {
            expected[0] = Job::Done(0);
        }
        same("How they ended", ends, expected);
        let took = if some_time { 2 * TICK } else { Duration::ZERO };
        same("The time that all of it took", begin.elapsed(), took);
        ledger.is_left_alone().await;
    }
}

/// Errors, panics and expiry are told apart, each at the number of its job, whenever it came.
#[suite::test(paused)]
async fn results_keep_request_order() {
    let _scene = suite::context(
        "12 jobs, all at once, 100 ms each, Duration::MAX for all; job 11 ends first; they succeed, fail, panic and never \
         end in turn.",
    );
    let panics = suite::expect_panics();
    let ends: Ends = run_all_within(12, limit(12), 10 * TICK, NEVER, |n| async move {
        sleep(Duration::from_millis(12 - n as u64)).await;
        yield_now().await;
        match n % 4 {
            0 => Ok(n),
            1 => Err(Refused(n)),
            2 => panic!("job {n} panics"),
            _ => pending().await,
        }
    })
    .await;
    panicked(&panics, 3);
    let expected: Ends = (0..12)
        .map(|n| match n % 4 {
            0 => Job::Done(n),
            1 => Job::Failed(Refused(n)),
            2 => Job::Panicked,
            _ => Job::Expired,
        })
        .collect();
    same("How they ended", ends, expected);
}

/// Whoever drops the run wants no more of it: what is under way is dropped, and nothing begins.
#[suite::test(paused)]
async fn dropping_the_run_stops_jobs() {
    let _scene = suite::context(
        "5 jobs of 10 ms, at most 2 at once, 50 ms each, 25 ms for all; job 1 never ends; the run \
         is dropped.",
    );
    let cuts = suite::cancel::sweep(
        async || Ledger::default(),
        async |ledger| -> Ends {
            run_all_within(5, limit(2), 5 * TICK, Duration::from_millis(25), |n| {
                let ticket = ledger.begin(n);
                async move {
                    if n == 1 {
                        return pending().await;
                    }
                    sleep(TICK).await;
                    drop(ticket);
                    Ok(n)
                }
            })
            .await
        },
        async |ledger, cut| {
            ledger.is_left_alone().await;
            let Some(ends) = cut.output else { return };
            let expected =
                vec![Job::Done(0), Job::Expired, Job::Done(2), Job::Expired, Job::Expired];
            same("How they ended", ends, expected);
        },
    )
    .await;
    assert!(cuts > 1, "The run waits for its jobs, so it can be dropped meanwhile.");
}

const TICK: Duration = Duration::from_millis(10);
const NEVER: Duration = Duration::MAX;

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("1 or more")
}
