//! Figures for a note: `TRECE_LONG=1 cargo test -p lab-postgres --test sessions figures --
//! --nocapture`. They decide nothing.

use std::time::{Duration, Instant};

use postgres_lab::wire::sessions::{Scenario, search};
use tokio_postgres::{Client, Error, IsolationLevel};

use crate::bank::{bank, doctors, locked, naive, retried};
use crate::times;

/// BEGIN, reads and writes of rows of one's own, COMMIT: nobody waits.
async fn own_rows(db: &mut Client, id: i32, statements: usize) -> Result<(), Error> {
    let tx = db.transaction().await?;
    for n in 0..statements - 2 {
        if n % 2 == 0 {
            tx.query("SELECT balance FROM account WHERE id = $1", &[&id]).await?;
        } else {
            let sql = "UPDATE account SET balance = balance + 1 WHERE id = $1";
            tx.execute(sql, &[&id]).await?;
        }
    }
    tx.commit().await
}

fn own(statements: usize) -> Scenario {
    bank_of_own()
        .lane("A", move |db| Box::pin(own_rows(db, 1, statements)))
        .lane("B", move |db| Box::pin(own_rows(db, 2, statements)))
}

fn bank_of_own() -> Scenario {
    Scenario::new(crate::bank::SCHEMA, crate::bank::ROWS).serializable_outcome()
}

fn transfers(ordered: bool) -> Scenario {
    bank()
        .lane("A", move |db| Box::pin(locked(db, (1, 2, 30), ordered)))
        .lane("B", move |db| Box::pin(locked(db, (2, 1, 50), ordered)))
        .retryable(&["40P01"])
}

fn serializable() -> Scenario {
    let level = IsolationLevel::Serializable;
    bank()
        .lane("A", move |db| Box::pin(retried(db, (1, 2, 30), level)))
        .lane("B", move |db| Box::pin(retried(db, (1, 3, 50), level)))
}

fn three() -> Scenario {
    bank()
        .lane("A", |db| Box::pin(locked(db, (1, 2, 30), true)))
        .lane("B", |db| Box::pin(locked(db, (2, 3, 20), true)))
        .lane("C", |db| Box::pin(locked(db, (1, 3, 10), true)))
}

fn measured(name: &str, scenario: Scenario) {
    // The lease of a database is not the search's time: a second search has it at hand.
    let start = Instant::now();
    let found = search(scenario);
    let time = start.elapsed();
    match found {
        Ok(e) => {
            let runs = e.schedules + e.reduced + e.serial;
            println!(
                "{name:34} {:5} schedules, {:4} cut short, {:7.0?}, {:4.0} a second",
                e.schedules,
                e.reduced,
                time,
                rate(runs, time)
            );
        }
        Err(outcome) => {
            println!("{name:34} fails at {:?}, {time:7.0?} with its timeline", outcome.schedules);
        }
    }
}

fn rate(runs: u64, time: Duration) -> f64 {
    f64::from(u32::try_from(runs).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

#[test]
fn figures() {
    if times(0, 1) == 0 {
        return;
    }
    for statements in [4, 5, 6] {
        measured(&format!("2 × {statements}, own rows, full"), own(statements).without_reduction());
        measured(&format!("2 × {statements}, own rows, reduced"), own(statements));
    }
    measured("2 × 6 locked, ordered, full", transfers(true).without_reduction());
    measured("2 × 6 locked, ordered, reduced", transfers(true));
    measured("2 × 6 locked, caller's, full", transfers(false).without_reduction());
    measured("2 × 6 locked, caller's, reduced", transfers(false));
    measured("serializable, retried, full", serializable().without_reduction());
    measured("serializable, retried, reduced", serializable());
    measured("3 × 6 locked, ordered, reduced", three());
    for level in [IsolationLevel::RepeatableRead, IsolationLevel::Serializable] {
        measured(&format!("write skew, {level:?}"), doctors(level));
    }
    for _ in 0..3 {
        measured(
            "naive transfer",
            bank()
                .lane("A: 30 from 1 to 2", |db| Box::pin(naive(db, (1, 2, 30))))
                .lane("B: 50 from 1 to 3", |db| Box::pin(naive(db, (1, 3, 50)))),
        );
    }
}
