//! Cut connections, killed sessions, dead processes.

use postgres_lab::wire::sessions::{Door, Fault, Scenario, search};
use protocol::Status;
use tokio_postgres::{Client, Error};

const SCHEMA: &str = "
    CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE payment (key text UNIQUE, amount bigint NOT NULL)";
const ROWS: &str = "INSERT INTO account VALUES (1, 100)";

async fn pay(db: &mut Client, key: Option<&str>) -> Result<bool, Error> {
    let tx = db.transaction().await?;
    let sql = "INSERT INTO payment VALUES ($1, 10) ON CONFLICT (key) DO NOTHING";
    if tx.execute(sql, &[&key]).await? == 0 {
        return Ok(false);
    }
    tx.execute("UPDATE account SET balance = balance - 10 WHERE id = 1", &[]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Connects and pays, again and again while the connection breaks.
async fn until_paid(door: Door, key: Option<&'static str>) -> Result<(), String> {
    for _ in 0..4 {
        let mut db = door.connect().await.map_err(|e| e.to_string())?;
        match pay(&mut db, key).await {
            Ok(_) => return Ok(()),
            Err(e) if e.is_closed() || e.code().is_some_and(|c| c.code() == "57P01") => {}
            Err(e) => return Err(e.to_string()),
        }
    }
    Err("gave up".into())
}

fn payments(key: Option<&'static str>, lanes: &[&str]) -> Scenario {
    let mut scenario = Scenario::new(SCHEMA, ROWS)
        .invariant("it was paid once", "SELECT count(*) = 1 FROM payment")
        .invariant("10 were taken", "SELECT balance = 90 FROM account");
    for lane in lanes {
        scenario = scenario.lane_connecting(lane, move |door| Box::pin(until_paid(door, key)));
    }
    scenario
}

#[test]
fn a_lost_reply_is_paid_twice_without_a_key() {
    let outcome = search(payments(None, &["A: pays 10"]).faults(1)).unwrap_err();
    println!("{}", outcome.timeline.as_ref().unwrap().text(80));
    assert_eq!(outcome.status, Status::Fail);
    // Its third statement, COMMIT, and the second way to go wrong.
    assert_eq!(outcome.replay.as_deref(), Some("A2.A!2.A3"));
}

#[test]
fn a_key_makes_it_once_however_often_it_breaks() {
    for (faults, schedules) in [(0, 1), (1, 8), (2, 54)] {
        let explored = search(payments(Some("k"), &["A"]).faults(faults)).unwrap();
        assert_eq!(explored.schedules, schedules, "{faults} faults");
        assert!(explored.exhaustive);
    }
    let two = search(payments(Some("k"), &["A", "B"]).faults(1)).unwrap();
    println!("two clients, one fault: {} schedules, {} reduced", two.schedules, two.reduced);
    assert!(two.waits > 0 && two.faults > 0);
}

#[test]
fn a_fault_happens_only_where_it_may() {
    let explored = search(
        payments(Some("k"), &["A", "B"])
            .faults(2)
            .faults_on(&["B"])
            .fault_kinds(&[Fault::CutBefore])
            .most(500),
    )
    .unwrap();
    assert!(explored.outcomes.values().all(|code| !code.contains("A!") && !code.contains("!2")));
}

#[test]
fn a_process_that_dies_and_begins_anew_pays_once() {
    let one = payments(Some("k"), &["A"]).faults(1).crashes();
    let dies = search(one).unwrap_err();
    assert!(dies.message.starts_with("It does not hold that it was paid once.\nA was killed "));
    let explored = search(payments(Some("k"), &["A"]).faults(2).crashes().restarts()).unwrap();
    assert!(explored.faults > 0 && explored.exhaustive);
}

/// The server ends sessions that have done nothing yet, or nothing that has to be undone: nobody
/// gets such a session as one that was kept.
#[test]
fn a_session_that_the_server_has_ended_is_not_used_again() {
    for crashes in [false, true] {
        let lane = |door: Door| -> postgres_lab::wire::sessions::LaneFuture<'static, (), String> {
            Box::pin(async move {
                for _ in 0..4 {
                    let db = door.connect().await.map_err(|e| e.to_string())?;
                    let sql = "INSERT INTO payment VALUES ('k', 10) ON CONFLICT DO NOTHING";
                    if db.execute(sql, &[]).await.is_ok() {
                        return Ok(());
                    }
                }
                Err("no session holds".into())
            })
        };
        let mut scenario = Scenario::new(SCHEMA, ROWS)
            .lane_connecting("A", lane)
            .lane_connecting("B", lane)
            .faults(2)
            .fault_kinds(&[Fault::Kill])
            .without_reduction()
            .every_lane_succeeds()
            .check(|ran| {
                // Not one error beside those that were meant to be.
                let errors: Vec<_> = ["A", "B"].iter().flat_map(|l| ran.sql_errors(l)).collect();
                let meant = ran.code().matches('!').count();
                let all_meant = errors.iter().all(|e| *e == "57P01");
                (all_meant && errors.len() == meant).then_some(()).ok_or(format!("{errors:?}"))
            })
            .invariant("it was paid once", "SELECT count(*) = 1 FROM payment");
        if crashes {
            scenario = scenario.crashes().restarts();
        }
        let explored = search(scenario).unwrap();
        assert!(explored.exhaustive && explored.faults > 4, "{explored:?}");
    }
}
