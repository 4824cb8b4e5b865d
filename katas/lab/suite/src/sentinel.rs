//! Deadlock in virtual time.
//!
//! A paused clock moves only when nothing can run, and then straight to the next timer. So a timer
//! of the lab that lies further ahead than any of a test's is reached only if nothing else is
//! left: nobody will ever wake the tasks that wait.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use protocol::{Outcome, Status};

use crate::alarm::Alarm;
use crate::executor::Executor;

/// One look of the sentinel, in virtual time.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// So many days without any other timer are a deadlock: a test that waits longer in one go (a
/// month's retention) must `advance` the clock instead.
const IDLE_DAYS: u32 = 30;
/// So many days on which other timers fired (a ticker in the background), but nothing woke the
/// test itself. Fewer, because each tick takes real time.
const DEAF_DAYS: u32 = 3;
/// The clock reaches a far timer in some hops, one a level of tokio's timer wheel.
const HOPS: u64 = 8;

/// Runs `body` to its end, unless it comes to a state from which nothing can follow.
///
/// # Panics
/// With [`crate::Failure`], when it does.
pub async fn watch(body: impl Future<Output = ()>, executor: Arc<Executor>) {
    let mut body = pin!(body);
    let mut sentinel = pin!(sentinel(&executor));
    let (alarm, waker) = Alarm::new();
    waker.wake_by_ref();
    let found = poll_fn(|cx| {
        // The body first, and only when something woke it: when it is done, or has moved, the
        // sentinel has nothing to say.
        if alarm.answer(cx) {
            executor.polled();
            if body.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                return Poll::Ready(None);
            }
        }
        sentinel.as_mut().poll(cx).map(Some)
    })
    .await;
    if let Some(message) = found {
        crate::fail(stuck(message, &executor));
    }
}

async fn sentinel(executor: &Executor) -> &'static str {
    let (mut idle, mut deaf) = (0, 0);
    loop {
        let (parks, polls) = (executor.parks(), executor.polls());
        tokio::time::sleep(DAY).await;
        let (parks, polls) = (executor.parks() - parks, executor.polls() - polls);
        let unwoken = polls == 0;
        idle = if unwoken && parks <= HOPS { idle + 1 } else { 0 };
        deaf = if unwoken && parks > HOPS { deaf + 1 } else { 0 };
        if idle == IDLE_DAYS {
            return "Every task waits and no timer is pending: nobody will ever wake them.";
        }
        if deaf == DEAF_DAYS {
            return "The test waits for something that never comes: timers go on firing,\n\
                    but for three days of virtual time nothing has woken it.";
        }
    }
}

/// The diagnosis with the tasks that are left.
pub fn stuck(message: &str, executor: &Executor) -> Outcome {
    let mut message = message.to_owned();
    let places = executor.places.lines();
    if !places.is_empty() {
        message.push_str("\nAlive besides the test itself:");
    }
    for line in places {
        message.push_str("\n  ");
        message.push_str(&line);
    }
    Outcome::new(Status::Stuck, message)
}
