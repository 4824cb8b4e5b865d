//! What is seen without asking.

use postgres_lab::wire::sessions::{Scenario, search};
use protocol::{Outcome, Status};
use tokio_postgres::{Client, Error};

use crate::bank::{ROWS, SCHEMA};

fn one(
    lane: impl for<'a> Fn(&'a mut Client) -> postgres_lab::wire::sessions::LaneFuture<'a, (), Error>
    + Send
    + Sync
    + Clone
    + 'static,
) -> Outcome {
    let scenario = Scenario::new(SCHEMA, ROWS).lane("A", lane.clone()).lane("B", lane);
    let outcome = *search(scenario).unwrap_err();
    println!("{}\n{}", outcome.message, outcome.timeline.as_ref().unwrap().text(80));
    outcome
}

#[test]
fn a_forgotten_commit() {
    let outcome = one(|db| {
        Box::pin(async move {
            db.batch_execute("BEGIN").await?;
            db.execute("UPDATE account SET balance = 1 WHERE id = 1", &[]).await?;
            Ok(())
        })
    });
    assert_eq!(outcome.status, Status::Fail);
    assert!(outcome.message.contains("A returned, and its transaction is still open."));
}

#[test]
fn an_error_that_is_swallowed() {
    let outcome = one(|db| {
        Box::pin(async move {
            let tx = db.transaction().await?;
            tx.execute("UPDATE account SET balance = 1 WHERE id = 1", &[]).await?;
            let _ = tx.execute("INSERT INTO account VALUES (1, 0)", &[]).await;
            tx.commit().await
        })
    });
    assert_eq!(outcome.status, Status::Fail);
    assert!(outcome.message.contains("answered COMMIT with ROLLBACK"), "{}", outcome.message);
}

#[test]
fn a_lock_that_is_never_given_back() {
    let outcome = one(|db| {
        Box::pin(async move {
            db.execute("SELECT pg_advisory_lock(1)", &[]).await?;
            Ok(())
        })
    });
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("B waits for ever: A has returned"), "{}", outcome.message);
}

#[test]
fn a_retry_without_an_end() {
    let outcome = one(|db| {
        Box::pin(async move {
            while db.execute("INSERT INTO account VALUES (1, 0)", &[]).await.is_err() {}
            Ok(())
        })
    });
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("fails again and again, for ever"), "{}", outcome.message);
}

#[test]
fn a_try_lock_that_spins_is_not_endless() {
    let spin = Scenario::new(SCHEMA, ROWS);
    let spin = ["A", "B"].iter().fold(spin, |scenario, name| {
        scenario.lane(name, |db| {
            Box::pin(async move {
                loop {
                    let tx = db.transaction().await?;
                    let sql = "SELECT balance FROM account WHERE id = 1 FOR UPDATE NOWAIT";
                    let Ok(row) = tx.query_one(sql, &[]).await else { continue };
                    let balance: i64 = row.get(0);
                    let sql = "UPDATE account SET balance = $1 WHERE id = 1";
                    tx.execute(sql, &[&(balance - 10)]).await?;
                    tx.commit().await?;
                    return Ok::<(), Error>(());
                }
            })
        })
    });
    let explored =
        search(spin.invariant("both paid", "SELECT balance = 80 FROM account WHERE id = 1"))
            .unwrap();
    println!("{explored:?}");
    assert!(explored.exhaustive);
}

#[test]
fn a_panic_and_an_unwritten_function() {
    let outcome = one(|db| {
        Box::pin(async move {
            db.execute("UPDATE account SET balance = 1 WHERE id = 1", &[]).await?;
            panic!("no such account")
        })
    });
    assert_eq!(outcome.message, "A panicked: no such account");
}

#[test]
fn statements_that_the_server_refuses() {
    let explored = search(
        Scenario::new(SCHEMA, ROWS)
            .lane("A", |db| {
                Box::pin(async move {
                    let refused = db.query("SELECT * FROM no_such_table", &[]).await;
                    assert_eq!(refused.unwrap_err().code().unwrap().code(), "42P01");
                    let tx = db.transaction().await?;
                    assert!(tx.query("SELEC 1", &[]).await.is_err());
                    assert!(tx.query("SELECT 1", &[]).await.is_err());
                    tx.rollback().await?;
                    db.query_one("SELECT balance FROM account WHERE id = 1", &[]).await.map(drop)
                })
            })
            .lane("B", |db| {
                Box::pin(async move {
                    let statement =
                        db.prepare("UPDATE account SET balance = $1 WHERE id = $2").await?;
                    for id in [1, 2] {
                        db.execute(&statement, &[&7_i64, &id]).await?;
                    }
                    Ok::<(), Error>(())
                })
            })
            .every_lane_succeeds(),
    )
    .unwrap();
    assert!(explored.exhaustive);
}
