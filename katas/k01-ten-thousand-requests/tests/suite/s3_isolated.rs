//! Step 3: one failure stays one.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use k01::s3_isolated::run_all;
use k01_given::Job;
use suite::say::same;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::jobs::{Doors, Ledger, one_by_one, panicked};

type Ends = Vec<Job<usize, Refused>>;

/// What the jobs of this suite fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused(usize);

/// A job that panics takes nobody with it: the run goes on, and says of that one job that it
/// panicked.
#[suite::test(paused)]
async fn one_panic_does_not_kill_the_rest() {
    let _scene = suite::context("6 jobs, at most 2 at once; job 2 panics, the others succeed.");
    let ledger = Ledger::default();
    let panics = suite::expect_panics();
    let ends: Ends = run_all(6, limit(2), |n| {
        let ticket = ledger.begin(n);
        async move {
            yield_now().await;
            ticket.look();
            assert!(n != 2, "job 2 panics");
            Ok(n)
        }
    })
    .await;
    panicked(&panics, 1);
    let expected: Ends =
        (0..6).map(|n| if n == 2 { Job::Panicked } else { Job::Done(n) }).collect();
    same("How they ended", ends, expected);
    same("Jobs that have begun", ledger.began(), (0..6).collect());
}

/// An error is the result of one job. The others do not hear of it: none is left out, none is
/// dropped, none is done again.
#[suite::test(paused)]
async fn an_error_stays_with_its_job() {
    let _scene = suite::context("6 jobs, at most 2 at once; jobs 1 and 5 fail.");
    let ledger = Ledger::default();
    let ends: Ends = run_all(6, limit(2), |n| {
        let ticket = ledger.begin(n);
        async move {
            yield_now().await;
            ticket.look();
            if n % 4 == 1 { Err(Refused(n)) } else { Ok(n) }
        }
    })
    .await;
    let expected: Ends =
        (0..6).map(|n| if n % 4 == 1 { Job::Failed(Refused(n)) } else { Job::Done(n) }).collect();
    same("How they ended", ends, expected);
    same("Jobs that have begun", ledger.began(), (0..6).collect());
}

/// A job can panic before it has a future: `job` is code of the caller's, too, and looks things up
/// that may not be there.
#[suite::test(paused)]
async fn a_panic_before_the_future_is_one_too() {
    let _scene = suite::context(
        "6 jobs, at most 2 at once; the calls job(0), job(3) and job(5) panic and give no future.",
    );
    let panics = suite::expect_panics();
    let ends: Ends = run_all(6, limit(2), |n| {
        assert!(![0, 3, 5].contains(&n), "there is no such job");
        async move {
            yield_now().await;
            Ok(n)
        }
    })
    .await;
    panicked(&panics, 3);
    let expected: Ends =
        (0..6).map(|n| if [0, 3, 5].contains(&n) { Job::Panicked } else { Job::Done(n) }).collect();
    same("How they ended", ends, expected);
}

/// However a job ends, its place is free again. A place that is lost with each failure is lost on
/// the day when everything fails, and then nothing runs any more.
#[suite::test(paused)]
async fn no_permit_lost_after_errors() {
    const FAIL: usize = 9;
    let _scene = suite::context(
        "15 jobs, at most 3 at once; the first 9 return an error, panic, or panic before there is \
         a future, in turn; the other 6 end when the test lets them.",
    );
    let (ledger, doors) = (Ledger::default(), Doors::new(15));
    let panics = suite::expect_panics();
    let run = pin!(run_all(15, limit(3), |n| {
        let (ticket, doors) = (ledger.begin(n), doors.clone());
        assert!(n >= FAIL || n % 3 != 2, "there is no such job");
        async move {
            if n < FAIL {
                yield_now().await;
                assert!(n % 3 != 1, "this job panics");
                return Err(Refused(n));
            }
            doors.pass(n).await;
            ticket.look();
            Ok(n)
        }
    }));
    let ends: Ends = one_by_one(run, &ledger, &doors, FAIL, 3).await;
    panicked(&panics, 6);
    ledger.was_bounded_by(3);
    let expected: Ends = (0..15)
        .map(|n| match n {
            FAIL.. => Job::Done(n),
            _ if n % 3 == 0 => Job::Failed(Refused(n)),
            _ => Job::Panicked,
        })
        .collect();
    same("How they ended", ends, expected);
}

/// Each end stands at the number of its job, whatever it was and whenever it came.
#[suite::test(paused)]
async fn results_keep_request_order() {
    let _scene = suite::context(
        "9 jobs, all at once; job 8 ends first, job 0 last; they succeed, fail and panic in turn.",
    );
    let panics = suite::expect_panics();
    let ends: Ends = run_all(9, limit(9), |n| async move {
        sleep(Duration::from_millis(9 - n as u64)).await;
        match n % 3 {
            0 => Ok(n),
            1 => Err(Refused(n)),
            _ => panic!("job {n} panics"),
        }
    })
    .await;
    panicked(&panics, 3);
    let expected: Ends = (0..9)
        .map(|n| match n % 3 {
            0 => Job::Done(n),
            1 => Job::Failed(Refused(n)),
            _ => Job::Panicked,
        })
        .collect();
    same("How they ended", ends, expected);
}

/// Failures or not, never more jobs are under way than the limit allows, never fewer while there
/// are more to do, and no more tasks live than they need.
#[suite::test(paused)]
async fn never_more_than_limit_in_flight() {
    const JOBS: usize = 20;
    let _scene = suite::context(
        "20 jobs, at most 4 at once; each ends when the test lets it, and every third fails.",
    );
    let (ledger, doors) = (Ledger::default(), Doors::new(JOBS));
    let run = pin!(run_all(JOBS, limit(4), |n| {
        let (ticket, doors) = (ledger.begin(n), doors.clone());
        async move {
            doors.pass(n).await;
            ticket.look();
            if n % 3 == 1 { Err(Refused(n)) } else { Ok(n) }
        }
    }));
    let ends: Ends = one_by_one(run, &ledger, &doors, 0, 4).await;
    ledger.was_bounded_by(4);
    let failed = ends.iter().filter(|&&end| matches!(end, Job::Failed(_))).count();
    same("Jobs that failed", failed, 7);
}

/// Any limit will do, as before: one at a time, as many as there are jobs, or more than anybody could
/// count.
#[suite::test(paused)]
async fn any_limit_will_do() {
    for (jobs, at_once) in [(5, 1), (7, 6), (7, 7), (3, 1_000_000), (3, usize::MAX), (0, 1)] {
        let _scene =
            suite::context(format!("{jobs} jobs, at most {at_once} at once; job 1 fails."));
        let ledger = Ledger::default();
        let ends: Ends = run_all(jobs, limit(at_once), |n| {
            let ticket = ledger.begin(n);
            async move {
                sleep(Duration::from_millis(10)).await;
                drop(ticket);
                if n == 1 { Err(Refused(n)) } else { Ok(n) }
            }
        })
        .await;
        let expected: Ends = (0..jobs)
            .map(|n| if n == 1 { Job::Failed(Refused(n)) } else { Job::Done(n) })
            .collect();
        same("How they ended", ends, expected);
        same("Jobs that have begun, in order", ledger.began(), (0..jobs).collect());
    }
}

/// Whoever drops the run wants no more of it: what is under way is dropped, and nothing begins.
#[suite::test(paused)]
async fn dropping_the_run_stops_jobs() {
    let _scene =
        suite::context("5 jobs of 10 ms, at most 2 at once; job 1 fails; the run is dropped.");
    let cuts = suite::cancel::sweep(
        async || Ledger::default(),
        async |ledger| -> Ends {
            run_all(5, limit(2), |n| {
                let ticket = ledger.begin(n);
                async move {
                    sleep(Duration::from_millis(10)).await;
                    drop(ticket);
                    if n == 1 { Err(Refused(n)) } else { Ok(n) }
                }
            })
            .await
        },
        async |ledger, cut| {
            let Some(ends) = cut.output else {
                return ledger.is_left_alone().await;
            };
            same("Jobs that ended", ends.len(), 5);
        },
    )
    .await;
    assert!(cuts > 1, "The run waits for its jobs, so it can be dropped meanwhile.");
}

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("1 or more")
}
