//! The cancel sweep finds what a cut leaves behind, and accuses nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::Status;
use suite::cancel::{Cut, sweep};
use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::child::{FIXTURE_ENV, graded};

#[derive(Default)]
struct Account {
    balance: AtomicU64,
    reserved: AtomicU64,
}

impl Account {
    fn new(balance: u64) -> Arc<Self> {
        Arc::new(Self { balance: balance.into(), ..Self::default() })
    }

    /// Keeps its reservation when it is dropped.
    async fn withdraw_careless(&self, cents: u64) {
        self.reserved.fetch_add(cents, Ordering::SeqCst);
        sleep(Duration::from_secs(1)).await;
        self.balance.fetch_sub(cents, Ordering::SeqCst);
        self.reserved.fetch_sub(cents, Ordering::SeqCst);
    }

    /// Gives its reservation back, however it ends.
    async fn withdraw(&self, cents: u64) {
        struct Reserved<'a>(&'a AtomicU64, u64);
        impl Drop for Reserved<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(self.1, Ordering::SeqCst);
            }
        }
        self.reserved.fetch_add(cents, Ordering::SeqCst);
        let _reserved = Reserved(&self.reserved, cents);
        sleep(Duration::from_secs(1)).await;
        yield_now().await;
        self.balance.fetch_sub(cents, Ordering::SeqCst);
    }

    fn check(&self, finished: bool) {
        assert_eq!(self.reserved.load(Ordering::SeqCst), 0, "a reservation is left");
        assert_eq!(self.balance.load(Ordering::SeqCst), if finished { 70 } else { 100 });
    }
}

/// A right answer passes, and was cut before, between and after its waits.
#[suite::test(paused)]
async fn passes_what_cleans_up() {
    let mut cuts: Vec<Cut<()>> = Vec::new();
    let count = sweep(
        async || Account::new(100),
        async |account| account.withdraw(30).await,
        async |account, cut| {
            account.check(cut.finished());
            cuts.push(cut);
        },
    )
    .await;
    let points: Vec<_> = cuts.iter().map(|c| (c.after_polls, c.settled, c.finished())).collect();
    assert_eq!(
        points,
        [
            (3, true, true),
            (0, false, false),
            (1, false, false),
            (1, true, false),
            (2, false, false),
            (2, true, false)
        ]
    );
    assert_eq!(count, 5);
}

/// Whether the owner had moved tells a request that was seen from one that was not.
#[suite::test(paused)]
async fn cuts_before_and_after_the_others_move() {
    let answered = AtomicU64::new(0);
    let mut seen = Vec::new();
    sweep(
        async || {
            answered.store(0, Ordering::SeqCst);
            let (send, mut receive) = mpsc::channel::<oneshot::Sender<u64>>(1);
            tokio::spawn(async move {
                while let Some(reply) = receive.recv().await {
                    let _ = reply.send(1);
                }
            });
            send
        },
        async |owner| {
            let (reply, answer) = oneshot::channel();
            owner.send(reply).await.unwrap();
            answer.await.unwrap();
            answered.store(1, Ordering::SeqCst);
        },
        async |owner, cut| {
            seen.push((cut.after_polls, cut.settled, answered.load(Ordering::SeqCst)));
            drop(owner);
        },
    )
    .await;
    assert_eq!(seen, [(2, true, 1), (0, false, 0), (1, false, 0), (1, true, 0)]);
}

/// A future that never waits has one point only.
#[suite::test(paused)]
async fn counts_the_points() {
    let cuts = sweep(
        async || 1,
        async |n| *n,
        async |n, cut| {
            assert!(cut.output.is_none_or(|output| output == n));
        },
    );
    assert_eq!(cuts.await, 1);
}

mod wrong {
    use super::*;

    fn asked() -> bool {
        std::env::var_os(FIXTURE_ENV).is_some()
    }

    /// Fails after poll 1.
    #[suite::test(paused)]
    async fn keeps_a_reservation() {
        if asked() {
            sweep(
                async || Account::new(100),
                async |account| account.withdraw_careless(30).await,
                async |account, cut| account.check(cut.finished()),
            )
            .await;
        }
    }

    /// Leaves a task behind when it is dropped.
    #[suite::test(paused)]
    async fn leaves_a_task() {
        if asked() {
            sweep(
                async || (),
                async |()| {
                    let work = tokio::spawn(std::future::pending::<()>());
                    yield_now().await;
                    work.abort();
                },
                async |(), _| {},
            )
            .await;
        }
    }

    /// Is never done.
    #[suite::test(paused)]
    async fn is_never_done() {
        if asked() {
            let never = async |(): &mut ()| loop {
                yield_now().await;
            };
            sweep(async || (), never, async |(), _: Cut<()>| {}).await;
        }
    }
}

#[test]
fn a_bug_is_told_with_its_cut() {
    let ended = graded("sweeps::wrong::keeps_a_reservation");
    let outcome = ended.failed(Status::Fail, "a reservation is left");
    assert_eq!(
        outcome.message,
        "assertion `left == right` failed: a reservation is left\n  left: 30\n right: 0\n\
         (The future was dropped after poll 1 of 2, before anything else moved.)",
    );
}

#[test]
fn a_task_that_a_cut_leaves_is_a_leak() {
    let ended = graded("sweeps::wrong::leaves_a_task");
    let outcome = ended.failed(Status::Fail, "1 task is still alive after the check:");
    assert!(outcome.message.contains("after poll 1 of 2"), "{}", outcome.message);
}

#[test]
fn a_future_that_is_never_done_is_stuck() {
    graded("sweeps::wrong::is_never_done")
        .failed(Status::Stuck, "polled 500 times and is not done");
}
