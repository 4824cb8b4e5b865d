//! Step 2: many jobs, few at once.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use k01::s2_bounded::run_all;
use suite::say::{holds, same};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::jobs::{Doors, Ledger, one_by_one, unless_it_panics};

/// Never more jobs are under way than the limit allows, and never fewer while there are more to
/// do: as soon as one ends, whichever it is, the next one begins.
#[suite::test(paused)]
async fn never_more_than_limit_in_flight() {
    const JOBS: usize = 20;
    let _scene = suite::context("20 jobs, at most 3 at once; each ends when the test lets it.");
    let (ledger, doors) = (Ledger::default(), Doors::new(JOBS));
    let run = pin!(run_all(JOBS, limit(3), |n| {
        let (ticket, doors) = (ledger.begin(n), doors.clone());
        async move {
            doors.pass(n).await;
            ticket.look();
            n
        }
    }));
    let results: Vec<usize> = one_by_one(run, &ledger, &doors, 0, 3).await;
    ledger.was_bounded_by(3);
    same("The results", results, (0..JOBS).collect());
}

/// Ten thousand jobs do not need ten thousand tasks, nor ten thousand futures: one that waits for
/// its turn costs memory before it has done anything.
#[suite::test(paused)]
async fn live_tasks_are_bounded_by_limit() {
    const JOBS: usize = 10_000;
    let _scene = suite::context("10,000 jobs, at most 10 at once; each yields once.");
    let ledger = Ledger::default();
    let results: Vec<usize> = run_all(JOBS, limit(10), |n| {
        let ticket = ledger.begin(n);
        async move {
            yield_now().await;
            ticket.look();
            n
        }
    })
    .await;
    ledger.was_bounded_by(10);
    same("Jobs that have begun", ledger.began().len(), JOBS);
    same("The results", results == (0..JOBS).collect::<Vec<_>>(), true);
}

/// The results stand in the order of the jobs, not in the order in which these end: the caller
/// knows its jobs by their numbers.
#[suite::test(paused)]
async fn results_keep_request_order() {
    let _scene = suite::context("8 jobs, all at once; job 7 ends first, job 0 last.");
    let results: Vec<u64> = run_all(8, limit(8), |n| async move {
        sleep(Duration::from_millis(8 - n as u64)).await;
        100 + n as u64
    })
    .await;
    same("The results", results, (100..108).collect());
    let _scene = suite::context("Then 9 jobs, at most 3 at once; every third takes longest.");
    let results: Vec<u64> = run_all(9, limit(3), |n| async move {
        sleep(Duration::from_millis([50, 20, 10][n % 3])).await;
        200 + n as u64
    })
    .await;
    same("The results", results, (200..209).collect());
}

/// One slow job takes one place, and the others go on beside it: nobody waits for the slowest of a
/// batch.
#[suite::test(paused)]
async fn no_barrier_between_batches() {
    for slow in [0, 150] {
        let _scene = suite::context(format!(
            "301 jobs, at most 4 at once; job {slow} takes 1 s, the others 10 ms."
        ));
        let begin = Instant::now();
        let results: Vec<usize> = run_all(301, limit(4), |n| async move {
            sleep(if n == slow { SECOND } else { TICK }).await;
            n
        })
        .await;
        // Three places do the 300 others in a second; with all four places 150 take 380 ms.
        let whole = if slow == 0 { SECOND } else { 37 * TICK + SECOND };
        same("The time that all of it took", begin.elapsed(), whole);
        same("The results", results, (0..301).collect());
    }
}

/// Ten thousand jobs of 10 ms each, a hundred at once: on a clock that moves only when everybody
/// waits, that is one second, and not a millisecond more.
#[suite::test(paused)]
async fn ten_thousand_jobs_take_exactly_one_virtual_second() {
    let _scene = suite::context("10,000 jobs of 10 ms, at most 100 at once.");
    let begin = Instant::now();
    let results: Vec<usize> = run_all(10_000, limit(100), |n| async move {
        sleep(TICK).await;
        n
    })
    .await;
    same("The time that all of it took", begin.elapsed(), SECOND);
    same("The results", results == (0..10_000).collect::<Vec<_>>(), true);
}

/// Any limit will do: one at a time, as many as there are jobs, or more than anybody could count.
#[suite::test(paused)]
async fn any_limit_will_do() {
    for (jobs, at_once) in [(5, 1), (7, 6), (7, 7), (3, 1_000_000), (3, usize::MAX), (0, 1)] {
        let _scene = suite::context(format!("{jobs} jobs, at most {at_once} at once."));
        let ledger = Ledger::default();
        let begin = Instant::now();
        let results: Vec<usize> = run_all(jobs, limit(at_once), |n| {
            let ticket = ledger.begin(n);
            async move {
                sleep(TICK).await;
                drop(ticket);
                n
            }
        })
        .await;
        same("The results", results, (0..jobs).collect());
        same("Jobs that have begun, in order", ledger.began(), (0..jobs).collect());
        let rounds = u32::try_from(jobs.div_ceil(at_once)).expect("few rounds");
        same("The time that all of it took", begin.elapsed(), rounds * TICK);
    }
}

/// A run cannot answer for a job that panicked, so it panics as well. It neither leaves the job out,
/// so that all results after it stand at a wrong number, nor waits for what will never come.
#[suite::test(paused)]
async fn a_panic_is_not_hidden() {
    for early in [false, true] {
        let _scene = suite::context(format!(
            "5 jobs of 10 ms, at most 2 at once; {} panics.",
            if early { "the call job(1)" } else { "job 1, after 5 ms," }
        ));
        let ledger = Ledger::default();
        let panics = suite::expect_panics();
        let mut run = Box::pin(run_all(5, limit(2), |n| {
            let ticket = ledger.begin(n);
            assert!(!early || n != 1, "there is no such job");
            async move {
                sleep(TICK / 2).await;
                assert!(n != 1, "job 1 panics");
                sleep(TICK / 2).await;
                drop(ticket);
                n
            }
        }));
        let results: Option<Vec<usize>> = unless_it_panics(run.as_mut()).await;
        let panicked = results.is_none();
        holds("What the run did", "it panicked", format!("it returned {results:?}"), panicked);
        drop((run, panics));
        ledger.is_left_alone().await;
    }
}

/// Whoever drops the run wants no more of it: what is under way is dropped, and nothing begins.
#[suite::test(paused)]
async fn dropping_the_run_stops_jobs() {
    let _scene = suite::context("5 jobs of 10 ms, at most 2 at once; the run is dropped.");
    let cuts = suite::cancel::sweep(
        async || Ledger::default(),
        async |ledger| -> Vec<usize> {
            run_all(5, limit(2), |n| {
                let ticket = ledger.begin(n);
                async move {
                    sleep(TICK).await;
                    drop(ticket);
                    n
                }
            })
            .await
        },
        async |ledger, cut| {
            let Some(results) = cut.output else {
                return ledger.is_left_alone().await;
            };
            same("The results", results, (0..5).collect());
        },
    )
    .await;
    assert!(cuts > 1, "The run waits for its jobs, so it can be dropped meanwhile.");
}

const TICK: Duration = Duration::from_millis(10);
const SECOND: Duration = Duration::from_secs(1);

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("1 or more")
}
