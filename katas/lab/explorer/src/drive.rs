//! Runtimes that run until nothing in them can run.
//!
//! All of a scenario lives on one thread: the world's runtime, with its sockets, and one runtime
//! for each incarnation of a lane. The thread enters one after the other, and leaves each when it
//! is about to park: tokio calls `on_thread_park` exactly when no task can run. So "everything is
//! quiet" is known, not guessed by a timer or by a number of yields.
//!
//! The clocks of the lanes are paused. Time passes for a lane only where [`Loop::pass_time`] says
//! so: while a runtime is left by its hook, it does not advance its clock by itself. A lane's
//! runtime has no sockets, so the usual danger of a paused clock, to run away while an answer is
//! on its way, is not there.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// Farther than any timer of a lane.
const FOR_EVER: Duration = Duration::from_secs(400 * 24 * 3600);

/// A lane's clock goes to the next timer in a few jumps, and a background task of the lane may
/// have a timer of its own: after so many jumps nothing else will come of it.
const JUMPS: u32 = 5000;

type Question = Box<dyn Fn() -> bool + Send>;

/// What happens when the runtime parks.
#[derive(Default)]
struct Hook {
    armed: AtomicBool,
    waits: Mutex<Option<Waits>>,
}

struct Waits {
    root: Waker,
    /// Leave at the first park where this is so.
    until: Question,
}

impl Hook {
    fn arm(&self, cx: &Context<'_>, until: Question) {
        let waits = Waits { root: cx.waker().clone(), until };
        *self.waits.lock().unwrap_or_else(PoisonError::into_inner) = Some(waits);
        self.armed.store(true, Ordering::SeqCst);
    }

    fn park(&self) {
        if !self.armed.load(Ordering::SeqCst) {
            return;
        }
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(over) = waits.take_if(|w| (w.until)()) {
            self.armed.store(false, Ordering::SeqCst);
            over.root.wake();
        }
    }
}

/// A current-thread runtime that is driven a bit at a time.
pub(crate) struct Loop {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    hook: Arc<Hook>,
    /// How many parks in a row mean that it is idle: a kernel socket may have become ready at the
    /// first one.
    parks: u32,
}

impl Loop {
    /// The world's: sockets, the real clock.
    pub fn of_the_world() -> Self {
        Self::new(2, Builder::enable_all)
    }

    /// A lane's: no sockets, a paused clock.
    pub fn of_a_lane() -> Self {
        Self::new(1, |builder| builder.enable_time().start_paused(true))
    }

    fn new(parks: u32, with: impl FnOnce(&mut Builder) -> &mut Builder) -> Self {
        let hook = Arc::new(Hook::default());
        let parking = hook.clone();
        let mut builder = Builder::new_current_thread();
        with(&mut builder).on_thread_park(move || parking.park());
        let runtime = builder.build().expect("the operating system gives a runtime");
        Self { runtime: Some(runtime), hook, parks }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until it is dropped")
    }

    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime().spawn(task));
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut output = None;
        {
            let work = pin!(async { output = Some(future.await) });
            // One type for all of them: tokio's own part is compiled once.
            self.runtime().block_on(work as Pin<&mut dyn Future<Output = ()>>);
        }
        output.expect("the work is done")
    }

    pub fn handle(&self) -> tokio::runtime::Handle {
        self.runtime().handle().clone()
    }

    pub fn metrics(&self) -> tokio::runtime::RuntimeMetrics {
        self.runtime().metrics()
    }

    /// Whether something outside of this runtime has woken one of its tasks.
    pub fn woken(&self) -> bool {
        self.runtime().metrics().global_queue_depth() > 0
    }

    /// Runs its tasks until none can run.
    pub fn until_idle(&self) {
        self.block_on(async {
            for _ in 0..self.parks {
                self.park_where(Box::new(|| true)).await;
            }
        });
    }

    /// Lets the clock go to the next timer, and on to further ones until `moved` says that
    /// something came of it. Returns whether it did, before the timers came to an end.
    ///
    /// tokio does not tell its next timer; while a paused runtime is idle it moves the clock there
    /// by itself, in jumps. `moved` is asked after each of them.
    pub fn pass_time(&self, moved: impl Fn() -> bool + Send + 'static) -> bool {
        let jumps = AtomicU32::new(0);
        self.block_on(async {
            let end = tokio::time::sleep(FOR_EVER);
            tokio::pin!(end);
            let idle = self.park_where(Box::new(move || {
                moved() || jumps.fetch_add(1, Ordering::SeqCst) > JUMPS
            }));
            tokio::pin!(idle);
            std::future::poll_fn(|cx| {
                if end.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(false);
                }
                idle.as_mut().poll(cx).map(|()| true)
            })
            .await
        })
    }

    /// Ready when the runtime parks and `until` is so.
    async fn park_where(&self, until: Question) {
        let mut until = Some(until);
        std::future::poll_fn(|cx| {
            if let Some(until) = until.take() {
                self.hook.arm(cx, until);
                return Poll::Pending;
            }
            if self.hook.armed.load(Ordering::SeqCst) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Blocking work of a lane is not waited for: nothing may hold up the next schedule.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::time::Duration;

    use super::Loop;

    #[test]
    fn runs_until_idle_and_no_further() {
        let lane = Loop::of_a_lane();
        let seen = Arc::new(AtomicU32::new(0));
        let (tx, rx) = tokio::sync::oneshot::channel::<()>();
        let count = seen.clone();
        lane.spawn(async move {
            for _ in 0..500 {
                tokio::task::yield_now().await;
            }
            count.store(1, SeqCst);
            rx.await.unwrap();
            count.store(2, SeqCst);
        });
        assert!(lane.woken());
        lane.until_idle();
        assert_eq!(seen.load(SeqCst), 1);
        assert!(!lane.woken());
        lane.until_idle();
        assert_eq!(seen.load(SeqCst), 1);
        tx.send(()).unwrap();
        assert!(lane.woken());
        lane.until_idle();
        assert_eq!(seen.load(SeqCst), 2);
    }

    #[test]
    fn time_passes_one_timer_at_a_time_and_only_when_told() {
        let lane = Loop::of_a_lane();
        let seen = Arc::new(AtomicU32::new(0));
        let count = seen.clone();
        lane.spawn(async move {
            for n in 1..=2 {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                tokio::task::yield_now().await;
                count.store(n, SeqCst);
            }
        });
        for _ in 0..3 {
            lane.until_idle();
        }
        assert_eq!(seen.load(SeqCst), 0);
        for n in 1..=2 {
            let moved = seen.clone();
            assert!(lane.pass_time(move || moved.load(SeqCst) == n));
            assert_eq!(seen.load(SeqCst), n);
        }
        assert!(!lane.pass_time(|| false));
    }
}
