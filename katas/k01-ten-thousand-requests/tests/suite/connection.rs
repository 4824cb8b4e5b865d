//! A service at the other end of one connection, in virtual time.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Answers each request after the time that the test says, and writes down when it came.
pub struct Connection {
    start: Instant,
    takes: Vec<Duration>,
    came: RefCell<Vec<(usize, Duration)>>,
    under_way: Cell<usize>,
}

impl Connection {
    /// Request `n` takes `takes[n]`.
    pub fn new(takes: Vec<Duration>) -> Self {
        let came = RefCell::default();
        Self { start: Instant::now(), takes, came, under_way: Cell::new(0) }
    }

    /// One request, which comes when this is called. `true`: it succeeds.
    pub fn call(&self, n: usize, ok: bool) -> impl Future<Output = bool> {
        self.came.borrow_mut().push((n, self.start.elapsed()));
        let busy = Busy::with(&self.under_way);
        async move {
            sleep(self.takes[n]).await;
            drop(busy);
            ok
        }
    }

    /// Which requests came, and how long after the start.
    pub fn came(&self) -> Vec<(usize, Duration)> {
        self.came.borrow().clone()
    }

    pub fn under_way(&self) -> usize {
        self.under_way.get()
    }

    /// What one connection does if it sends each request at its time, or as soon after it as the
    /// one before is answered: when each comes, and how long after its time it is answered.
    pub fn expected(
        plan: &[Duration],
        takes: &[Duration],
    ) -> (Vec<(usize, Duration)>, Vec<Duration>) {
        let mut free = Duration::ZERO;
        let (mut came, mut latencies) = (Vec::new(), Vec::new());
        for (n, (&due, &takes)) in plan.iter().zip(takes).enumerate() {
            let sent = due.max(free);
            free = sent + takes;
            came.push((n, sent));
            latencies.push(free.saturating_sub(due));
        }
        (came, latencies)
    }
}

/// Counts a request that is under way, until it is answered or dropped.
struct Busy<'a>(&'a Cell<usize>);

impl<'a> Busy<'a> {
    fn with(under_way: &'a Cell<usize>) -> Self {
        under_way.set(under_way.get() + 1);
        assert!(
            under_way.get() == 1,
            "One connection carries one request at a time.\nExpected: 1 request under way\nSaw:      {}",
            under_way.get()
        );
        Self(under_way)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
