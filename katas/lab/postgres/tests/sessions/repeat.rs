//! The same code, the same schedules: idle, loaded, and by replay code.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use postgres_lab::wire::sessions::{Scenario, replay, search};
use tokio_postgres::{Client, Error, IsolationLevel};

use crate::bank::{ROWS, SCHEMA, bank, doctors, locked, retried};
use crate::times;

/// Four statements on one row: BEGIN, SELECT FOR UPDATE, UPDATE, COMMIT.
async fn one_row(db: &mut Client, id: i32) -> Result<(), Error> {
    let tx = db.transaction().await?;
    let sql = "SELECT balance FROM account WHERE id = $1 FOR UPDATE";
    let balance: i64 = tx.query_one(sql, &[&id]).await?.get(0);
    let sql = "UPDATE account SET balance = $2 WHERE id = $1";
    tx.execute(sql, &[&id, &(balance + 1)]).await?;
    tx.commit().await
}

/// Takes two rows for a moment: two others wait for one each, and one COMMIT frees both.
async fn two_rows(db: &mut Client) -> Result<(), Error> {
    let tx = db.transaction().await?;
    tx.execute("UPDATE account SET balance = balance * 2 WHERE id = 1", &[]).await?;
    tx.execute("UPDATE account SET balance = balance * 2 WHERE id = 2", &[]).await?;
    tx.commit().await
}

async fn blind(db: &mut Client, from: i32, to: i32) -> Result<(), Error> {
    let tx = db.transaction().await?;
    for id in [from, to] {
        let sql = "UPDATE account SET balance = balance + $2 WHERE id = $1";
        tx.execute(sql, &[&id, &i64::from(to)]).await?;
    }
    tx.commit().await
}

type Named = (&'static str, fn() -> Scenario);

const SCENARIOS: [Named; 6] = [
    ("2 × 6, deadlocks", || {
        bank()
            .lane("A: 30 from 1 to 2", |db| Box::pin(locked(db, (1, 2, 30), false)))
            .lane("B: 50 from 2 to 1", |db| Box::pin(locked(db, (2, 1, 50), false)))
            .retryable(&["40P01"])
            .without_reduction()
    }),
    ("3 × 4, one row", || {
        Scenario::new(SCHEMA, ROWS)
            .lane("A", |db| Box::pin(one_row(db, 1)))
            .lane("B", |db| Box::pin(one_row(db, 1)))
            .lane("C", |db| Box::pin(one_row(db, 1)))
            .serializable_outcome()
    }),
    ("3 × 4, one COMMIT frees two", || {
        Scenario::new(SCHEMA, ROWS)
            .lane("A", |db| Box::pin(two_rows(db)))
            .lane("B", |db| Box::pin(one_row(db, 1)))
            .lane("C", |db| Box::pin(one_row(db, 2)))
            .serializable_outcome()
    }),
    ("3 × 4, a ring of deadlocks", || {
        Scenario::new(SCHEMA, ROWS)
            .lane("A", |db| Box::pin(blind(db, 1, 2)))
            .lane("B", |db| Box::pin(blind(db, 2, 3)))
            .lane("C", |db| Box::pin(blind(db, 3, 1)))
            .retryable(&["40P01"])
            .serializable_outcome()
    }),
    ("serializable, retried", || {
        let level = IsolationLevel::Serializable;
        bank()
            .lane("A", move |db| Box::pin(retried(db, (1, 2, 30), level)))
            .lane("B", move |db| Box::pin(retried(db, (1, 3, 50), level)))
            .without_reduction()
    }),
    ("write skew, prevented", || doctors(IsolationLevel::Serializable).without_reduction()),
];

/// Explores every scenario so often: small ones only, unless it is a long run.
fn repeated(times: usize, small: bool) {
    for (name, scenario) in SCENARIOS {
        let start = Instant::now();
        let first = search(scenario()).unwrap();
        println!(
            "{name}: {} schedules (+{} cut short), {} waits, {} deadlocks, {} results, {:?}, {:x}",
            first.schedules,
            first.reduced,
            first.waits,
            first.deadlocks,
            first.outcomes.len(),
            start.elapsed(),
            first.fingerprint
        );
        assert!(first.exhaustive, "{name}");
        if small && first.schedules > 100 {
            continue;
        }
        for _ in 1..times {
            assert_eq!(search(scenario()).unwrap(), first, "{name}");
        }
    }
}

#[test]
fn on_an_idle_machine_the_schedules_are_the_same_every_time() {
    repeated(times(2, 20), times(1, 0) == 1);
}

#[test]
fn on_a_loaded_machine_the_schedules_are_the_same_every_time() {
    let _load = Load::start();
    repeated(times(2, 20), times(1, 0) == 1);
}

/// What these searches gave when they were first written down: on another machine, in another
/// build, they give the same.
#[test]
fn on_every_machine_the_schedules_are_the_same() {
    let counts: Vec<(u64, u64)> = SCENARIOS
        .iter()
        .filter(|(name, _)| !name.contains("ring") && !name.contains("two"))
        .map(|(_, scenario)| search(scenario()).unwrap())
        .map(|explored| (explored.schedules, explored.waits))
        .collect();
    assert_eq!(counts, [(18, 16), (72, 108), (24, 14), (20, 0)]);
}

#[test]
fn a_replay_code_gives_the_same_every_time() {
    for (name, scenario) in SCENARIOS {
        if times(1, 0) == 1 && (name.contains("ring") || name.contains("frees two")) {
            continue;
        }
        let explored = search(scenario()).unwrap();
        // One that takes many decisions.
        let code = explored.outcomes.values().max_by_key(|c| c.len()).unwrap();
        let first = replay(scenario(), code).unwrap();
        let load = Load::start();
        for _ in 0..times(2, 50) {
            let again = replay(scenario(), code).unwrap();
            assert_eq!(again.timeline, first.timeline, "{name}: {code}");
            assert_eq!(again.run.state, first.run.state, "{name}: {code}");
        }
        drop(load);
    }
}

/// Keeps every core busy.
struct Load(Arc<AtomicBool>);

impl Load {
    fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..2 * cores {
            let over = over.clone();
            std::thread::spawn(move || while !over.load(Ordering::Relaxed) {});
        }
        Self(over)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
