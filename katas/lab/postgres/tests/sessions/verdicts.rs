use std::time::Instant;

use postgres_lab::wire::sessions::{Explored, Scenario, replay, search};
use protocol::{Outcome, Status};
use tokio_postgres::IsolationLevel;

use crate::bank::{bank, doctors, locked, naive, retried};

fn timed(name: &str, scenario: Scenario) -> Result<Explored, Box<Outcome>> {
    let start = Instant::now();
    let found = search(scenario);
    let time = start.elapsed();
    match &found {
        Ok(e) => println!(
            "{name}: holds in {time:?}; {} schedules, {} reduced, {} serial, {} waits, {} deadlocks, {} outcomes, {:.0}/s, {:x}",
            e.schedules,
            e.reduced,
            e.serial,
            e.waits,
            e.deadlocks,
            e.outcomes.len(),
            f64::from(u32::try_from(e.schedules + e.reduced + e.serial).unwrap())
                / time.as_secs_f64(),
            e.fingerprint
        ),
        Err(o) => println!(
            "{name}: {} in {time:?}; schedule {:?}, {:?}\n{}\n{}",
            o.status,
            o.schedules,
            o.replay,
            o.message,
            o.timeline.as_ref().unwrap().text(80)
        ),
    }
    found
}

#[test]
fn a_naive_transfer_loses_money() {
    let scenario = || {
        bank()
            .lane("A: 30 from 1 to 2", |db| Box::pin(naive(db, (1, 2, 30))))
            .lane("B: 50 from 1 to 3", |db| Box::pin(naive(db, (1, 3, 50))))
    };
    let outcome = timed("naive", scenario()).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    let replayed = replay(scenario(), outcome.replay.as_deref().unwrap()).unwrap();
    assert_eq!(replayed.outcome.unwrap().message, outcome.message);
}

#[test]
fn locked_transfers_hold() {
    timed(
        "locked, ordered",
        bank()
            .lane("A: 30 from 1 to 2", |db| Box::pin(locked(db, (1, 2, 30), true)))
            .lane("B: 50 from 2 to 1", |db| Box::pin(locked(db, (2, 1, 50), true))),
    )
    .unwrap();
}

#[test]
fn locked_in_the_callers_order_deadlocks() {
    let scenario = || {
        bank()
            .lane("A: 30 from 1 to 2", |db| Box::pin(locked(db, (1, 2, 30), false)))
            .lane("B: 50 from 2 to 1", |db| Box::pin(locked(db, (2, 1, 50), false)))
    };
    timed("locked, caller's order", scenario()).unwrap_err();
    timed("locked, caller's order, allowed", scenario().retryable(&["40P01"])).unwrap();
}

#[test]
fn serializable_with_retry_holds() {
    let level = IsolationLevel::Serializable;
    timed(
        "serializable + retry",
        bank()
            .lane("A: 30 from 1 to 2", move |db| Box::pin(retried(db, (1, 2, 30), level)))
            .lane("B: 50 from 1 to 3", move |db| Box::pin(retried(db, (1, 3, 50), level))),
    )
    .unwrap();
}

#[test]
fn write_skew_is_found_below_serializable() {
    timed("skew rr", doctors(IsolationLevel::RepeatableRead)).unwrap_err();
    timed("skew ser", doctors(IsolationLevel::Serializable)).unwrap();
}
