//! Step 1: measure what the customer waits.

use std::time::{Duration, Instant};

use k01_given::Report;

/// The latencies of many requests, in little memory however many they are: two megabytes at most.
///
/// From one microsecond to one hour each latency is kept with three significant digits: what
/// [`Self::report`] says is off by a thousandth at most, or by a microsecond. What took longer
/// counts as well, as an hour at least.
pub struct Recorder {}

impl Recorder {
    /// Nothing was measured yet.
    pub fn new() -> Self {
        todo!("what must be kept of a million latencies, so that any percentile can be told?")
    }

    /// One request that should have gone out at `intended` and was answered, or given up, at
    /// `done`. Its latency is the time between the two; nothing if `done` is earlier.
    ///
    /// `ok`: it succeeded. A request that failed counts, and so does its latency: its customer
    /// has waited.
    pub fn record(&mut self, intended: Instant, done: Instant, ok: bool) {
        todo!("since when does the customer wait?")
    }

    /// Adds what another recorder has measured, as if this one had measured it.
    pub fn merge(&mut self, other: &Self) {
        todo!("which of their numbers can be added up, and which cannot?")
    }

    /// What was measured, in a run that took `wall`.
    ///
    /// A percentile is the smallest latency that so many of the requests did not exceed: `p99` is
    /// the smallest that at least 99 of 100 did not exceed. Where nothing was measured, and where
    /// `wall` is zero, there is nothing to divide by: then the number is zero.
    pub fn report(&self, wall: Duration) -> Report {
        todo!("count, percentiles, and successes a second")
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// Sends one request for each entry of `plan` over one connection, and records each.
///
/// Request `n` is meant to go out `plan[n]` after the start; `plan` is in order. The connection
/// carries one request at a time: `call(n)` is made when its time has come and the request before
/// it was answered. What had to wait for that is late, but it is sent, and nobody pretends
/// that it was meant to be late. `call` answers whether the request succeeded.
///
/// Time is tokio's, which the suite can make stand still: [`tokio::time::Instant::now`], and its
/// `into_std` for the recorder.
///
/// # Cancellation
/// Dropped, it drops the request that is under way and sends no other.
pub async fn drive<C, Fut>(plan: &[Duration], call: C) -> Recorder
where
    C: Fn(usize) -> Fut,
    Fut: Future<Output = bool>,
{
    todo!("wait until the request is due, send it, and record it since when?")
}
