//! Tests that fail on purpose. In an ordinary run they return at once.

use std::future::pending;
use std::panic::{catch_unwind, resume_unwind};
use std::process;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use protocol::timeline::Row;
use protocol::{Outcome, Status, Timeline};
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{interval, sleep};

/// Returns from a fixture that nobody asked for.
macro_rules! on_demand {
    () => {
        if std::env::var_os(crate::child::FIXTURE_ENV).is_none() {
            return;
        }
    };
}

mod endings {
    use super::*;

    /// Passes.
    #[suite::test]
    fn returns() {
        on_demand!();
        assert_eq!(suite::seed(), 13);
    }

    /// Passes.
    #[suite::test]
    async fn returns_async() {
        on_demand!();
        tokio::spawn(yield_now()).await.unwrap();
    }

    /// Passes.
    #[suite::test(paused)]
    async fn returns_paused() {
        on_demand!();
        sleep(Duration::from_secs(3600)).await;
    }

    /// Fails with a message of several lines.
    #[suite::test]
    fn asserts() {
        on_demand!();
        assert_eq!(1 + 1, 3, "sums\nare exact");
    }

    /// Leaves in the middle.
    #[suite::test]
    fn exits() {
        on_demand!();
        process::exit(0);
    }

    /// Leaves in the middle.
    #[suite::test]
    fn exits_in_a_thread() {
        on_demand!();
        let _ = thread::spawn(|| process::exit(0)).join();
    }

    /// Leaves in the middle.
    #[suite::test]
    fn aborts() {
        on_demand!();
        process::abort();
    }

    /// Panics while it unwinds, which aborts.
    #[suite::test]
    fn panics_twice() {
        struct Loud;
        impl Drop for Loud {
            fn drop(&mut self) {
                panic!("the second");
            }
        }
        on_demand!();
        let _loud = Loud;
        panic!("the first");
    }

    /// Says that something is missing.
    #[suite::test]
    fn is_not_verified() {
        on_demand!();
        suite::not_verified("no broker answers");
    }

    /// Fails with the lab's own outcome, though it is caught.
    #[suite::test]
    fn fails_with_a_timeline() {
        on_demand!();
        let _ = catch_unwind(|| {
            let mut outcome = Outcome::new(Status::Fail, "a lost update");
            outcome.timeline = Some(Timeline {
                lanes: vec!["A".into()],
                rows: vec![Row::new(0, "load → 100")],
                ..Timeline::default()
            });
            suite::fail(outcome)
        });
    }

    /// Fails; an explorer adds what it knows.
    #[suite::test]
    fn is_narrated() {
        on_demand!();
        let _narration = suite::harness::narrate(|outcome| outcome.replay = Some("A.B".into()));
        let _round = suite::context("(round 3)");
        panic!("a lost update");
    }
}

mod panics {
    use super::*;

    /// Unwritten.
    #[suite::test]
    fn todo() {
        on_demand!();
        todo!("the lock");
    }

    /// Unwritten, though it is caught.
    #[suite::test]
    fn todo_caught() {
        on_demand!();
        let _expected = suite::expect_panics();
        let _ = catch_unwind(|| todo!());
    }

    /// Unwritten, in a task.
    #[suite::test]
    async fn unimplemented_in_a_task() {
        on_demand!();
        let _ = tokio::spawn(async { unimplemented!() }).await;
    }

    /// Unwritten, in a thread.
    #[suite::test]
    fn todo_in_a_thread() {
        on_demand!();
        let _ = thread::spawn(|| todo!()).join();
    }

    /// A panic nobody looks at.
    #[suite::test]
    async fn in_a_task() {
        on_demand!();
        tokio::spawn(async { panic!("the job broke") });
    }

    /// A panic that the body meets as a `JoinError`.
    #[suite::test(paused)]
    async fn in_a_task_unwrapped() {
        on_demand!();
        tokio::spawn(async { panic!("the job broke") }).await.unwrap();
    }

    /// A panic nobody looks at.
    #[suite::test]
    fn in_a_thread() {
        on_demand!();
        let _ = thread::spawn(|| panic!("the thread broke")).join();
    }

    /// Unwinds past the hook, after a panic that was caught.
    #[suite::test]
    fn resumed() {
        on_demand!();
        assert!(catch_unwind(|| panic!("caught")).is_err());
        resume_unwind(Box::new("resumed"));
    }

    /// Passes: the suite caught it, and leaves no outcome.
    #[suite::test]
    fn caught() {
        on_demand!();
        assert!(catch_unwind(|| panic!("caught")).is_err());
    }

    /// Passes: the suite expects it.
    #[suite::test]
    async fn expected() {
        on_demand!();
        let expected = suite::expect_panics();
        assert!(tokio::spawn(async { panic!("isolated") }).await.is_err());
        assert_eq!(expected.seen(), 1);
    }
}

mod stuck {
    use super::*;

    /// A std lock, taken twice by one thread of an executor.
    #[suite::test]
    #[expect(clippy::await_holding_lock, reason = "what it shows")]
    async fn executor_blocked() {
        on_demand!();
        let lock = Arc::new(Mutex::new(0));
        let held = lock.lock().unwrap();
        let again = lock.clone();
        tokio::spawn(async move { *again.lock().unwrap() += 1 }).await.unwrap();
        drop(held);
    }

    /// Two threads, two locks, two orders.
    #[suite::test(deadline = 1)]
    fn threads_deadlock() {
        on_demand!();
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let both = Arc::new(std::sync::Barrier::new(2));
        let take =
            move |first: usize, locks: Arc<[Mutex<()>; 2]>, both: Arc<std::sync::Barrier>| {
                let _one = locks[first].lock();
                both.wait();
                let _two = locks[1 - first].lock();
            };
        let other = (locks.clone(), both.clone());
        let thread = thread::spawn(move || take(1, other.0, other.1));
        take(0, locks, both);
        thread.join().unwrap();
    }

    /// A thread that never ends, whatever it pulses.
    #[suite::test(deadline = 1)]
    fn pulses_for_ever() {
        on_demand!();
        loop {
            suite::pulse();
            thread::yield_now();
        }
    }

    /// An exploration that takes twice its deadline, and gets further all the time.
    #[suite::test(deadline = 1)]
    fn explores_for_long() {
        on_demand!();
        let _exploring = suite::exploring();
        for _ in 0..200 {
            thread::sleep(Duration::from_millis(10));
            suite::pulse();
        }
    }

    /// An exploration that gets no further.
    #[suite::test(deadline = 1)]
    fn explores_nothing() {
        on_demand!();
        let _exploring = suite::exploring();
        loop {
            thread::park();
        }
    }

    /// Nobody will wake it.
    #[suite::test(paused)]
    async fn virtual_deadlock() {
        on_demand!();
        let never = Arc::new(Notify::new());
        let waits = never.clone();
        let task = tokio::spawn(async move { waits.notified().await });
        task.await.unwrap();
        drop(never);
    }

    /// Nobody will wake it, though a clock ticks in the background.
    #[suite::test(paused)]
    async fn virtual_deadlock_beside_a_ticker() {
        on_demand!();
        tokio::spawn(async {
            let mut ticker = interval(Duration::from_secs(60));
            loop {
                ticker.tick().await;
            }
        });
        pending::<()>().await;
    }

    /// Runs for ever, and time stands still.
    #[suite::test(paused, deadline = 1)]
    async fn yield_livelock() {
        on_demand!();
        loop {
            yield_now().await;
        }
    }

    /// A task that runs for ever keeps the leak check from its rest.
    #[suite::test(deadline = 1)]
    async fn livelock_of_a_task() {
        on_demand!();
        tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
    }

    /// Waits on the real clock.
    #[suite::test(deadline = 1)]
    async fn waits_for_ever() {
        on_demand!();
        pending::<()>().await;
    }

    /// Blocking work that outlives the test.
    #[suite::test(deadline = 1)]
    async fn blocking_work_lingers() {
        on_demand!();
        let never = Arc::new(std::sync::Barrier::new(2));
        tokio::task::spawn_blocking(move || never.wait());
    }
}

mod leaks {
    use super::*;

    /// Two tasks of one place, one of another.
    #[suite::test(paused)]
    async fn three_tasks() {
        on_demand!();
        for _ in 0..2 {
            tokio::spawn(pending::<()>());
        }
        tokio::spawn(sleep(Duration::from_secs(1)));
    }

    /// A task on the real clock.
    #[suite::test]
    async fn on_the_real_clock() {
        on_demand!();
        tokio::spawn(pending::<()>());
    }
}
