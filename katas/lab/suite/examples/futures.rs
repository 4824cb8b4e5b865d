//! The page "Futures, and dropping them" of the book, to be run and changed.
//!
//! `cargo run -p lab-suite --example futures`

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

// ANCHOR: charge
async fn charge(cents: u64) -> u64 {
    let _desk = Desk;
    println!("    asks for the money");
    pause().await;
    println!("    has the money");
    pause().await;
    println!("    writes it down");
    cents
}

struct Desk;

impl Drop for Desk {
    fn drop(&mut self) {
        println!("    leaves the desk");
    }
}

/// Not ready when it is polled first. A real one keeps the waker of `_cx` and has somebody call it.
async fn pause() {
    let mut polled = false;
    poll_fn(
        |_cx| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}
// ANCHOR_END: charge

// ANCHOR: by_hand
fn polled_by_hand() {
    let mut future = pin!(charge(70));
    println!("  the future is there");
    for poll in 1.. {
        println!("  poll {poll}");
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => println!("    pending"),
            Poll::Ready(cents) => return println!("    ready: {cents}"),
        }
    }
}
// ANCHOR_END: by_hand

// ANCHOR: dropped
fn dropped_everywhere() {
    for polls in 0..3 {
        let mut future = Box::pin(charge(70));
        println!("  {polls} polls, then dropped");
        for _ in 0..polls {
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        }
        drop(future);
    }
}
// ANCHOR_END: dropped

/// Takes a second, and says when it is there.
#[derive(Clone, Copy)]
struct Fetch(Instant);

impl Fetch {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn say(self, what: &str) {
        println!("    {:.1} s  {what}", self.0.elapsed().as_secs_f64());
    }

    async fn get(self, name: &'static str) {
        sleep(Duration::from_secs(1)).await;
        self.say(&format!("{name} is here"));
    }
}

// ANCHOR: together
async fn one_by_one_or_together() {
    println!("  awaited one after the other");
    let fetch = Fetch::new();
    let (a, b) = (fetch.get("a"), fetch.get("b"));
    a.await;
    b.await;

    println!("  joined");
    let fetch = Fetch::new();
    tokio::join!(fetch.get("a"), fetch.get("b"));

    println!("  spawned, then awaited one after the other");
    let fetch = Fetch::new();
    let (a, b) = (tokio::spawn(fetch.get("a")), tokio::spawn(fetch.get("b")));
    a.await.expect("it does not panic");
    b.await.expect("it does not panic");
}
// ANCHOR_END: together

// ANCHOR: given_up
async fn given_up() {
    let fetch = Fetch::new();
    let half = Duration::from_millis(500);

    let _ = timeout(half, fetch.get("a, in a timeout,")).await;

    let mut kept = pin!(fetch.get("b, of which only a loan was in the timeout,"));
    let _ = timeout(half, &mut kept).await;

    let _ = timeout(half, tokio::spawn(fetch.get("c, whose handle was in the timeout,"))).await;

    let task = tokio::spawn(fetch.get("d, aborted,"));
    tokio::task::yield_now().await;
    task.abort();

    let mut set = JoinSet::new();
    set.spawn(fetch.get("e, in a set that was dropped,"));
    drop(set);

    fetch.say("everything is given up");
    kept.await;
    sleep(Duration::from_secs(60)).await;
}
// ANCHOR_END: given_up

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("Polled by hand");
    polled_by_hand();
    println!("\nDropped at every point");
    dropped_everywhere();
    println!("\nOne by one, or together");
    one_by_one_or_together().await;
    println!("\nGiven up");
    given_up().await;
}
