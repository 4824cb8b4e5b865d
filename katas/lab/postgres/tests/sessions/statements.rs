//! Statements of every kind, as a learner may write them: explored to the end, twice the same.

use postgres_lab::wire::sessions::{Explored, LaneFuture, Scenario, replay, search};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};

use crate::bank::{ROWS, SCHEMA};

type Lane = for<'a> fn(&'a mut Client) -> LaneFuture<'a, (), Error>;

/// Two lanes that do the same; every schedule of them holds, and they are the same twice, and the
/// same whatever was asked before (the serial orders ask for every statement first).
fn same_twice(name: &str, invariant: &str, lane: Lane) -> Explored {
    let scenario = || {
        Scenario::new(SCHEMA, ROWS)
            .lane("A", lane)
            .lane("B", lane)
            .retryable(&["40001", "40P01"])
            .invariant("it is as it should be", invariant)
    };
    let first = search(scenario()).unwrap_or_else(|outcome| {
        let timeline = outcome.timeline.as_ref().map(|t| t.text(80)).unwrap_or_default();
        panic!("{name}: {}\n{timeline}", outcome.message)
    });
    assert!(first.exhaustive, "{name}");
    assert_eq!(search(scenario()).unwrap(), first, "{name}");
    let asked_before = search(scenario().serializable_outcome().check(|_| Ok(())));
    if let Ok(again) = asked_before {
        assert_eq!(again.fingerprint, first.fingerprint, "{name}");
    }
    for code in first.outcomes.values() {
        let replayed = replay(scenario(), code).unwrap();
        assert_eq!(replayed.run.code.to_string(), *code, "{name}");
        assert_eq!(replayed.outcome, None, "{name}");
    }
    first
}

const TEN_LESS_TWICE: &str = "SELECT balance = 80 FROM account WHERE id = 1";
const AT_LEAST_ONCE: &str = "SELECT balance IN (80, 90) FROM account WHERE id = 1";

/// Reads and writes under a lock of the whole table, which is the first statement.
macro_rules! under_table_lock {
    ($mode:literal) => {
        |db| {
            Box::pin(async move {
                let tx = db.transaction().await?;
                tx.batch_execute(concat!("LOCK TABLE account", $mode)).await?;
                let sql = "SELECT balance FROM account WHERE id = $1 FOR UPDATE";
                let balance: i64 = tx.query_one(sql, &[&1]).await?.get(0);
                let sql = "UPDATE account SET balance = $2 WHERE id = $1";
                tx.execute(sql, &[&1, &(balance - 10)]).await?;
                tx.commit().await
            })
        }
    };
}

#[test]
fn a_table_that_is_locked_first() {
    for (mode, lane) in [
        ("exclusive", under_table_lock!(" IN EXCLUSIVE MODE") as Lane),
        ("access exclusive", under_table_lock!("")),
        ("share row exclusive", under_table_lock!(" IN SHARE ROW EXCLUSIVE MODE")),
    ] {
        let explored = same_twice(mode, TEN_LESS_TWICE, lane);
        // Who comes first does everything before the other begins.
        assert_eq!((explored.deadlocks, explored.outcomes.len()), (0, 1), "{mode}");
        assert!(explored.waits > 0 && explored.schedules >= 2, "{mode}: {explored:?}");
    }
}

#[test]
fn a_plain_reader_waits_for_who_locks_the_table() {
    let scenario = || {
        Scenario::new(SCHEMA, ROWS)
            .lane("A", under_table_lock!("") as Lane)
            .lane("B: reads", |db| {
                Box::pin(async move {
                    let sql = "SELECT balance FROM account WHERE id = $1";
                    Ok::<i64, Error>(db.query_one(sql, &[&1]).await?.get(0))
                })
            })
            .serializable_outcome()
    };
    let explored = search(scenario()).unwrap();
    assert!(explored.waits > 0 && explored.outcomes.len() == 2, "{explored:?}");
    assert_eq!(search(scenario()).unwrap(), explored);
}

#[test]
fn statements_that_are_more_than_one_change() {
    let cases: [(&str, &str, Lane); 5] = [
        ("a CTE that writes", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let sql = "WITH gone AS (UPDATE account SET balance = balance - $1 WHERE id = 1 \
                           RETURNING balance) SELECT balance FROM gone";
                db.query_one(sql, &[&10_i64]).await.map(drop)
            })
        }),
        ("several in one message", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let sql = "BEGIN; UPDATE account SET balance = balance - 10 WHERE id = 1; COMMIT";
                db.batch_execute(sql).await
            })
        }),
        ("COMMIT AND CHAIN", "SELECT balance = 60 FROM account WHERE id = 1", |db| {
            Box::pin(async move {
                db.batch_execute("BEGIN").await?;
                for end in ["COMMIT AND CHAIN", "COMMIT"] {
                    let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1";
                    db.execute(sql, &[]).await?;
                    db.batch_execute(end).await?;
                }
                Ok(())
            })
        }),
        ("a savepoint that is rolled back", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let mut tx = db.transaction().await?;
                let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1";
                tx.execute(sql, &[]).await?;
                let inner = tx.savepoint("part").await?;
                let _ = inner.execute("INSERT INTO account VALUES (2, 0)", &[]).await;
                inner.rollback().await?;
                tx.commit().await
            })
        }),
        ("a literal like SQL", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                db.query("SELECT 'COMMIT; -- no', $1::text", &[&"--"]).await?;
                let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1 -- it is his";
                db.execute(sql, &[]).await.map(drop)
            })
        }),
    ];
    for (name, invariant, lane) in cases {
        same_twice(name, invariant, lane);
    }
}

#[test]
fn locks_that_are_not_waited_for() {
    let cases: [(&str, &str, Lane); 3] = [
        ("SKIP LOCKED", AT_LEAST_ONCE, |db| {
            Box::pin(async move {
                let tx = db.transaction().await?;
                let sql = "SELECT id FROM account WHERE id = 1 FOR UPDATE SKIP LOCKED";
                for row in tx.query(sql, &[]).await? {
                    let sql = "UPDATE account SET balance = balance - 10 WHERE id = $1";
                    tx.execute(sql, &[&row.get::<_, i32>(0)]).await?;
                }
                tx.commit().await
            })
        }),
        ("NOWAIT", AT_LEAST_ONCE, |db| {
            Box::pin(async move {
                let tx = db.transaction().await?;
                let sql = "SELECT id FROM account WHERE id = 1 FOR UPDATE NOWAIT";
                match tx.query(sql, &[]).await {
                    Err(error) if error.code().is_some_and(|c| c.code() == "55P03") => {
                        return tx.rollback().await;
                    }
                    result => result?,
                };
                let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1";
                tx.execute(sql, &[]).await?;
                tx.commit().await
            })
        }),
        ("an advisory lock", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                db.execute("SELECT pg_advisory_lock(7)", &[]).await?;
                let sql = "SELECT balance FROM account WHERE id = 1";
                let balance: i64 = db.query_one(sql, &[]).await?.get(0);
                let sql = "UPDATE account SET balance = $1 WHERE id = 1";
                db.execute(sql, &[&(balance - 10)]).await?;
                db.execute("SELECT pg_advisory_unlock(7)", &[]).await.map(drop)
            })
        }),
    ];
    for (name, invariant, lane) in cases {
        same_twice(name, invariant, lane);
    }
}

/// Of one connection: the second is sent before the first is answered.
#[test]
fn statements_that_are_under_way_together() {
    const LESS: &str = "UPDATE account SET balance = balance - $1 WHERE id = 1";
    let cases: [(&str, &str, Lane); 3] = [
        ("by themselves", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let (four, six) = (4_i64, 6_i64);
                let (four, six): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) =
                    ([&four], [&six]);
                tokio::try_join!(db.execute(LESS, &four), db.execute(LESS, &six)).map(drop)
            })
        }),
        ("in a transaction", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let tx = db.transaction().await?;
                let (four, six) = (4_i64, 6_i64);
                let (four, six): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) =
                    ([&four], [&six]);
                tokio::try_join!(
                    tx.execute(LESS, &four),
                    tx.query("SELECT balance FROM account WHERE id = 1", &[]),
                    tx.execute(LESS, &six),
                )?;
                tx.commit().await
            })
        }),
        ("simple queries", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let less = |n| format!("UPDATE account SET balance = balance - {n} WHERE id = 1");
                let (four, six) = (less(4), less(6));
                tokio::try_join!(db.batch_execute(&four), db.batch_execute(&six)).map(drop)
            })
        }),
    ];
    for (name, invariant, lane) in cases {
        same_twice(name, invariant, lane);
    }
}

#[test]
fn sessions_are_as_new_in_every_schedule() {
    let cases: [(&str, &str, Lane); 4] = [
        ("a statement that is prepared in SQL", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let sql = "PREPARE less AS UPDATE account SET balance = balance - 10 WHERE id = 1";
                db.batch_execute(sql).await?;
                db.batch_execute("EXECUTE less").await
            })
        }),
        ("DEALLOCATE and DISCARD", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                let sql = "UPDATE account SET balance = balance - $1 WHERE id = 1";
                db.execute(sql, &[&4_i64]).await?;
                db.batch_execute("DEALLOCATE ALL").await?;
                db.execute(sql, &[&3_i64]).await?;
                db.batch_execute("DISCARD ALL").await?;
                db.execute(sql, &[&3_i64]).await.map(drop)
            })
        }),
        ("settings and a temporary table", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                db.batch_execute("SET statement_timeout = '1h'").await?;
                db.batch_execute("CREATE TEMP TABLE mine (n bigint)").await?;
                db.execute("INSERT INTO mine VALUES ($1)", &[&10_i64]).await?;
                let sql = "UPDATE account SET balance = balance - (SELECT n FROM mine) \
                           WHERE id = $1";
                db.execute(sql, &[&1]).await.map(drop)
            })
        }),
        ("LISTEN and NOTIFY", TEN_LESS_TWICE, |db| {
            Box::pin(async move {
                db.batch_execute("LISTEN changes").await?;
                let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1";
                db.execute(sql, &[]).await?;
                db.batch_execute("NOTIFY changes").await
            })
        }),
    ];
    for (name, invariant, lane) in cases {
        same_twice(name, invariant, lane);
    }
}

#[test]
fn a_statement_of_its_own_session_that_fails_frees_others() {
    let lane: Lane = |db| {
        Box::pin(async move {
            let tx = db.transaction().await?;
            tx.execute("UPDATE account SET balance = balance - 10 WHERE id = 1", &[]).await?;
            tx.query("SELECT balance FROM account WHERE id = 2", &[]).await?;
            // Its transaction is over with this error, before any ROLLBACK.
            assert!(tx.batch_execute("RELEASE SAVEPOINT nothing").await.is_err());
            tx.rollback().await
        })
    };
    let unchanged = "SELECT balance = 100 FROM account WHERE id = 1";
    let explored = same_twice("a failing RELEASE", unchanged, lane);
    assert!(explored.waits > 0);
}

#[test]
fn rows_by_copy() {
    let lane: Lane = |db| {
        Box::pin(async move {
            let tx = db.transaction().await?;
            let sink = tx.copy_in::<_, bytes::Bytes>("COPY account FROM STDIN").await?;
            std::pin::pin!(sink).finish().await?;
            let rows = tx.copy_out("COPY account TO STDOUT").await?;
            drop(rows);
            tx.execute("UPDATE account SET balance = balance - 10 WHERE id = 1", &[]).await?;
            tx.commit().await
        })
    };
    same_twice("COPY", TEN_LESS_TWICE, lane);
}

#[test]
fn what_takes_its_time_is_waited_for() {
    let lane: Lane = |db| {
        Box::pin(async move {
            let sql = "UPDATE account SET balance = balance - 10 WHERE id = 1";
            db.batch_execute("SELECT pg_sleep(0.05)").await?;
            db.execute(sql, &[]).await.map(drop)
        })
    };
    same_twice("pg_sleep", TEN_LESS_TWICE, lane);
}

#[test]
fn a_prepared_transaction_does_not_outlive_its_schedule() {
    let lane: Lane = |db| {
        Box::pin(async move {
            db.batch_execute("BEGIN").await?;
            db.execute("UPDATE account SET balance = balance - 10 WHERE id = 1", &[]).await?;
            db.batch_execute("PREPARE TRANSACTION 'mine'").await
        })
    };
    let scenario = || Scenario::new(SCHEMA, ROWS).lane("A", lane);
    assert_eq!(search(scenario()).unwrap().schedules, 1);
    // Its lock would keep this search's first statement waiting for ever.
    assert_eq!(search(scenario()).unwrap().schedules, 1);
}
