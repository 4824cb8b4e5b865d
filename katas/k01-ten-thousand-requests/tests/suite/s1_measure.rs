//! Step 1: measure what the customer waits.

use std::iter::repeat_n;
use std::time::{Duration, Instant};

use k01::s1_measure::{Recorder, drive};
use k01_given::Report;
use suite::say::{holds, same};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::numbers::{close, expect, percentile, recorded};

/// A service that stands still for one second has a hundred customers who wait. A request that
/// could not even be sent meanwhile was late from the moment when it was due, not from the moment
/// when it was sent: measured from there, the second hides behind one slow request.
#[suite::test(paused)]
async fn stalled_second_is_visible_in_p99() {
    let _scene = suite::context(
        "1,000 requests, one due every 10 ms; each takes 1 ms, but request 500 takes 1 s.",
    );
    let plan: Vec<Duration> = (0..1_000).map(|n| n * TICK).collect();
    let mut takes = vec![MILLI; plan.len()];
    takes[500] = SECOND;
    let (_, latencies) = Connection::expected(&plan, &takes);
    let service = Connection::new(takes);
    let recorder: Recorder = drive(&plan, |n| service.call(n, true)).await;
    let report: Report = recorder.report(10 * SECOND);
    same("Requests that were measured", report.count, 1_000);
    let mut sorted = latencies.clone();
    sorted.sort_unstable();
    close("p99, since each request was due", report.p99, percentile(&sorted, 990));
    expect("All of it", &report, &latencies, 0, 100.0);
}

/// Each request goes out when it is due and the one before it was answered: none early, none left
/// out because its time had passed, and the plan is not put off because one request was late.
#[suite::test(paused)]
async fn every_request_goes_out_in_its_turn() {
    // Two at once, one while the one before is under way, one after a rest, one behind a slow one.
    let plan = [0, 0, 5, 40, 50, 60, 61, 200].map(Duration::from_millis);
    let takes = [10, 1, 30, 1, 75, 2, 1, 1].map(Duration::from_millis);
    let _scene = suite::context(format!("Requests due at {plan:?}; they take {takes:?}."));
    let (came, latencies) = Connection::expected(&plan, &takes);
    let cuts = suite::cancel::sweep(
        async || Connection::new(takes.to_vec()),
        async |service| drive(&plan, |n| service.call(n, true)).await,
        async |service, cut| {
            let Some(recorder) = cut.output else {
                let before = service.came().len();
                sleep(SECOND).await;
                same("Requests under way after the drop", service.under_way(), 0);
                same("Requests that came after the drop", service.came().len() - before, 0);
                return;
            };
            same("Which requests came, and when", service.came(), came.clone());
            expect("The report", &recorder.report(SECOND), &latencies, 0, 8.0);
        },
    )
    .await;
    assert!(cuts > 1, "`drive` waits until requests are due, so it can be dropped meanwhile.");
}

/// A request that failed counts, as a request and as a wait; it is no success. A service that
/// refuses everybody at once would be the fastest of all otherwise, and one that times out too.
#[suite::test(paused)]
async fn errors_are_counted_not_dropped() {
    let _scene = suite::context(
        "100 requests, one due every 10 ms; every tenth fails after 8 ms, the others take 1 ms.",
    );
    let plan: Vec<Duration> = (0..100).map(|n| n * TICK).collect();
    let fails = |n: usize| n % 10 == 9;
    let takes: Vec<Duration> = (0..100).map(|n| if fails(n) { 8 * MILLI } else { MILLI }).collect();
    let service = Connection::new(takes.clone());
    let recorder: Recorder = drive(&plan, |n| service.call(n, !fails(n))).await;
    let mut both: Recorder = Recorder::default();
    both.merge(&recorder);
    both.merge(&recorder);
    expect("Of a run that took 2s", &recorder.report(2 * SECOND), &takes, 10, 45.0);
    let twice = [takes.clone(), takes].concat();
    expect("Merged with itself, of a run that took 2s", &both.report(2 * SECOND), &twice, 20, 90.0);
    for (wall, throughput) in [
        (Duration::from_millis(2_500), 36.0),
        (Duration::from_millis(400), 225.0),
        (Duration::from_micros(300), 300_000.0),
        (Duration::ZERO, 0.0),
    ] {
        let what = format!("Of a run that took {wall:?}");
        expect(&what, &recorder.report(wall), &twice[..100], 10, throughput);
    }
    let nothing: Recorder = drive(&[], |_| async { true }).await;
    expect("Of nothing, in a second", &nothing.report(SECOND), &[], 0, 0.0);
}

/// Percentiles cannot be added, nor averaged: nine workers with quick customers would hide one with
/// slow customers. What can be added are counts.
#[suite::test]
fn merged_p99_is_not_the_mean_of_p99s() {
    let _scene = suite::context(
        "10 workers measured 100 requests each: one 100 times 1 s, the others 100 times 10 ms.",
    );
    let mut all = Recorder::new();
    all.merge(&recorded(&[SECOND; 100]));
    for _ in 0..9 {
        all.merge(&recorded(&[TICK; 100]));
    }
    let latencies = [vec![SECOND; 100], vec![TICK; 900]].concat();
    let report: Report = all.report(10 * SECOND);
    close("p99 of all ten", report.p99, SECOND);
    expect("All ten", &report, &latencies, 0, 100.0);
    unequal_workers();
    any_number_has_its_ranks();
    any_split_gives_the_same();
}

fn unequal_workers() {
    let _scene = suite::context(
        "One worker measured 10 requests of 2 s, another 990 of 1 ms; they are merged into a third.",
    );
    let (few, many) = (recorded(&[2 * SECOND; 10]), recorded(&[MILLI; 990]));
    let mut all = Recorder::new();
    all.merge(&few);
    all.merge(&many);
    let latencies = [vec![2 * SECOND; 10], vec![MILLI; 990]].concat();
    expect("Both", &all.report(SECOND), &latencies, 0, 1_000.0);
    close("p50 of the first worker still", few.report(SECOND).p50, 2 * SECOND);
}

/// A share of a number of requests is seldom a whole number: the next rank is the one that so many
/// did not exceed.
fn any_number_has_its_ranks() {
    let latencies: Vec<Duration> = (1..=111).map(|n| n * TICK).collect();
    for many in [1, 2, 3, 21, 105, 111] {
        let _scene = suite::context(format!("{many} requests: 10 ms, 20 ms, 30 ms and so on."));
        let latencies = &latencies[..many];
        let report = recorded(latencies).report(Duration::from_secs(many as u64));
        expect("The report", &report, latencies, 0, 1.0);
    }
}

/// However requests are dealt to workers, together they say the same.
fn any_split_gives_the_same() {
    let latencies: Vec<Duration> =
        (0..400u64).flat_map(|n| repeat_n(Duration::from_micros(100 + n * n * 7), 5)).collect();
    for workers in [1, 2, 7] {
        let _scene = suite::context(format!("2,000 latencies, dealt to {workers} workers."));
        let mut all = Recorder::new();
        for worker in 0..workers {
            let own: Vec<Duration> =
                latencies.iter().copied().skip(worker).step_by(workers).collect();
            all.merge(&recorded(&own));
        }
        expect("Together", &all.report(4 * SECOND), &latencies, 0, 500.0);
    }
}

/// A recorder keeps three digits of a microsecond and of an hour alike: what is cut off at either
/// end is cut off where it hurts.
#[suite::test]
fn microseconds_and_hours_keep_three_digits() {
    for micros in [1, 2, 37, 999, 1_500, 123_456, 9_999_999, 60_000_001, 1_234_567_890, HOUR] {
        let latency = Duration::from_micros(micros);
        let _scene = suite::context(format!("100 requests took {latency:?} each."));
        expect("The report", &recorded(&[latency; 100]).report(SECOND), &[latency; 100], 0, 100.0);
    }
    longer_than_an_hour();
    let _scene = suite::context("Answered before it was due; 99 others took 3 µs.");
    let due = Instant::now() + SECOND;
    let mut early = recorded(&[Duration::from_micros(3); 99]);
    early.record(due, due.checked_sub(MILLI).expect("time has begun before"), true);
    let latencies = [vec![Duration::from_micros(3); 99], vec![Duration::ZERO]].concat();
    expect("The report", &early.report(SECOND), &latencies, 0, 100.0);
}

fn longer_than_an_hour() {
    for hours in [2, 1_000, 24 * 365_000] {
        let _scene = suite::context(format!("99 requests took 1 ms, and one {hours} hours."));
        let mut latencies = vec![MILLI; 100];
        latencies[37] = Duration::from_secs(hours * 3_600);
        let report: Report = recorded(&latencies).report(SECOND);
        same("Requests that were measured", report.count, 100);
        close("p99", report.p99, MILLI);
        let long = report.max >= Duration::from_micros(HOUR / 1_000 * 999);
        holds("The longest", "an hour at least", format!("{:?}", report.max), long);
    }
}

/// Nobody knows beforehand how many requests there will be, and a load test runs for hours. What is
/// kept of each is not the request but that there was one more of its kind.
#[suite::test]
fn little_memory_however_many() {
    const MANY: u64 = 1_000_000;
    let scene = suite::context("A million requests, of which no two took the same time.");
    let mut report = Report::default();
    let used = allocation_counter::measure(|| {
        let (mut recorder, due) = (Recorder::new(), Instant::now());
        for n in 1..=MANY {
            recorder.record(due, due + Duration::from_micros(n * 3_599), true);
        }
        report = recorder.report(SECOND);
    });
    same("Requests that were measured", report.count, MANY);
    for (name, saw, share) in [("p50", report.p50, 50), ("p99", report.p99, 99)] {
        close(name, saw, Duration::from_micros(MANY / 100 * share * 3_599));
    }
    is_little("one recorder took", used.bytes_max);
    drop(scene);

    let _scene =
        suite::context("The same 99 requests of 1 ms and one of 1 s, merged a thousand times.");
    let latencies = [vec![MILLI; 99], vec![SECOND]].concat();
    let one = recorded(&latencies);
    let used = allocation_counter::measure(|| {
        let mut all = Recorder::new();
        for _ in 0..1_000 {
            all.merge(&one);
        }
        report = all.report(SECOND);
    });
    same("Requests that were measured", report.count, 100_000);
    for (name, saw, expected) in
        [("p50", report.p50, MILLI), ("p99", report.p99, MILLI), ("p99.9", report.p999, SECOND)]
    {
        close(name, saw, expected);
    }
    is_little("the recorder of all took", used.bytes_max);
}

#[track_caller]
fn is_little(what: &str, bytes: u64) {
    const LITTLE: u64 = 2_000_000;
    let what = format!("Memory, in bytes, that {what} at most");
    holds(what, format!("at most {LITTLE}"), bytes, bytes <= LITTLE);
}

const MILLI: Duration = Duration::from_millis(1);
const TICK: Duration = Duration::from_millis(10);
const SECOND: Duration = Duration::from_secs(1);
/// In microseconds.
const HOUR: u64 = 3_600_000_000;
