//! What a right test may do without being accused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use suite::tasks::{alive, settle};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, advance, interval, sleep};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A long sleep is no deadlock.
#[suite::test(paused)]
async fn sleeps_for_weeks() {
    sleep(29 * DAY).await;
}

/// Moving the clock by hand is no deadlock.
#[suite::test(paused)]
async fn advances_by_years() {
    for _ in 0..3 {
        advance(400 * DAY).await;
        yield_now().await;
    }
}

/// A ticker beside a body that is woken now and then is no deadlock.
#[suite::test(paused)]
async fn works_beside_a_ticker() {
    let ticker = tokio::spawn(async {
        let mut ticker = interval(Duration::from_secs(600));
        loop {
            ticker.tick().await;
        }
    });
    for _ in 0..10 {
        sleep(2 * DAY).await;
    }
    ticker.abort();
}

/// A task that was aborted is gone once it has been polled.
#[suite::test(paused)]
async fn an_aborted_task_is_no_leak() {
    let task = tokio::spawn(std::future::pending::<()>());
    yield_now().await;
    assert_eq!(alive(), 1);
    task.abort();
    settle().await;
    assert_eq!(alive(), 0);
}

/// Tasks that end because the test's locals are dropped are no leak.
#[suite::test]
async fn what_ends_with_the_locals_is_no_leak() {
    let (send, mut receive) = mpsc::channel::<u8>(1);
    tokio::spawn(async move { while receive.recv().await.is_some() {} });
    send.send(1).await.unwrap();
}

/// On the real clock a task has a moment to end.
#[suite::test]
async fn what_ends_soon_is_no_leak() {
    tokio::spawn(sleep(Duration::from_millis(30)));
}

/// However many steps it takes, and whoever yields meanwhile: and no time passes.
#[suite::test(paused)]
async fn settles_exactly() {
    let start = Instant::now();
    let moved = Arc::new(AtomicUsize::new(0));
    let (first, mut last) = mpsc::channel(1);
    for _ in 0..200 {
        let (send, receive) = mpsc::channel::<()>(1);
        let (mut before, moved) = (std::mem::replace(&mut last, receive), moved.clone());
        tokio::spawn(async move {
            while before.recv().await.is_some() {
                for _ in 0..10 {
                    yield_now().await;
                }
                moved.fetch_add(1, Ordering::SeqCst);
                if send.send(()).await.is_err() {
                    break;
                }
            }
            drop(send);
            sleep(Duration::from_secs(1)).await;
        });
    }
    assert_eq!(alive(), 200);
    first.send(()).await.unwrap();
    settle().await;
    assert_eq!(moved.load(Ordering::SeqCst), 200);
    assert_eq!(start.elapsed(), Duration::ZERO);
    drop(first);
    settle().await;
    assert_eq!(alive(), 200, "they sleep, and nobody moved the clock");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(alive(), 0);
}

/// A task may settle, too.
#[suite::test(paused)]
async fn a_task_settles() {
    let start = Instant::now();
    let other = tokio::spawn(sleep(Duration::from_secs(1)));
    tokio::spawn(settle()).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    other.await.unwrap();
}

/// Blocking work holds the paused clock, and the watchdog is patient with it.
#[suite::test(paused)]
async fn blocking_work_is_waited_for() {
    let work = tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(200)));
    work.await.unwrap();
}
