//! Each name of an anomaly, with the smallest history that has it.

use postgres_lab::wire::sessions::{Scenario, replay, search};
use tokio_postgres::Client;

use crate::bank::{ROWS, SCHEMA};

/// Runs these statements; the first column of every SELECT that is more than a look.
async fn script(db: &mut Client, statements: &[&'static str]) -> Result<String, String> {
    let mut seen = Vec::new();
    for sql in statements {
        let rows = db.simple_query(sql).await.map_err(|e| e.to_string())?;
        for row in rows {
            if let tokio_postgres::SimpleQueryMessage::Row(row) = row {
                seen.push(row.get(0).unwrap_or("NULL").to_owned());
            }
        }
    }
    Ok(seen.join(" "))
}

fn two(
    schema: &str,
    rows: &str,
    a: &'static [&'static str],
    b: &'static [&'static str],
) -> Scenario {
    Scenario::new(schema, rows)
        .lane("A", move |db| Box::pin(script(db, a)))
        .lane("B", move |db| Box::pin(script(db, b)))
        .serializable_outcome()
}

/// The notes of the failure.
fn notes(scenario: Scenario) -> String {
    let outcome = search(scenario).expect_err("a schedule that must not be");
    let timeline = outcome.timeline.expect("a timeline");
    println!("{}", timeline.text(80));
    timeline.notes.join("\n")
}

const READS: &str = "SELECT balance FROM account WHERE id = 1";

#[test]
fn lost_update() {
    let notes = notes(two(
        SCHEMA,
        ROWS,
        &["BEGIN", READS, "UPDATE account SET balance = 70 WHERE id = 1", "COMMIT"],
        &["UPDATE account SET balance = balance - 50 WHERE id = 1"],
    ));
    assert!(notes.starts_with("Lost update: A wrote what it computed from 2; B had"), "{notes}");
}

/// Takes 70 if they are there.
async fn takes(db: &mut Client) -> Result<bool, tokio_postgres::Error> {
    let tx = db.transaction().await?;
    let there = tx.query_one(READS, &[]).await?.get::<_, i64>(0) >= 70;
    if there {
        tx.execute("UPDATE account SET balance = balance - 70 WHERE id = 1", &[]).await?;
    }
    tx.commit().await?;
    Ok(there)
}

#[test]
fn stale_decision() {
    let notes = notes(
        Scenario::new(SCHEMA, ROWS)
            .lane("A", |db| Box::pin(takes(db)))
            .lane("B", |db| Box::pin(takes(db)))
            .serializable_outcome(),
    );
    assert!(notes.starts_with("Stale decision: A decided on what it had read at 2; B"), "{notes}");
}

const SHIFTS: &str = "CREATE TABLE shift (who text, day integer, on_call boolean NOT NULL,
                      PRIMARY KEY (who, day))";
const TWO: &str = "INSERT INTO shift VALUES ('ann', 1, true), ('bob', 1, true)";
const HOW_MANY: &str = "SELECT count(*) FROM shift WHERE on_call";

/// The statements of one who leaves, at a level.
macro_rules! leaves {
    ($level:literal, $who:literal) => {
        &[
            concat!("BEGIN ISOLATION LEVEL ", $level),
            HOW_MANY,
            concat!("UPDATE shift SET on_call = false WHERE day = 1 AND who = ", $who),
            "COMMIT",
        ]
    };
}

#[test]
fn write_skew() {
    for scenario in [
        two(SHIFTS, TWO, leaves!("READ COMMITTED", "'ann'"), leaves!("READ COMMITTED", "'bob'")),
        two(SHIFTS, TWO, leaves!("REPEATABLE READ", "'ann'"), leaves!("REPEATABLE READ", "'bob'")),
    ] {
        let notes = notes(scenario);
        assert!(notes.starts_with("Write skew: "), "{notes}");
    }
}

/// From REPEATABLE READ on the server refuses to write a row that has changed: whatever the texts
/// say, they wrote different rows, and it is no stale decision.
#[test]
fn write_skew_of_rows_that_the_texts_do_not_tell_apart() {
    macro_rules! takes {
        ($id:literal) => {
            &[
                "BEGIN ISOLATION LEVEL REPEATABLE READ",
                "SELECT sum(balance) FROM account",
                concat!("UPDATE account SET balance = balance - 70 WHERE id + 0 = ", $id),
                "COMMIT",
            ]
        };
    }
    let rows = "INSERT INTO account VALUES (1, 50), (2, 50)";
    let notes = notes(two(SCHEMA, rows, takes!("1"), takes!("2")));
    assert!(notes.starts_with("Write skew: "), "{notes}");
}

#[test]
fn non_repeatable_read() {
    let notes = notes(two(
        SCHEMA,
        ROWS,
        &["BEGIN", READS, READS, "COMMIT"],
        &["UPDATE account SET balance = 5 WHERE id = 1"],
    ));
    assert!(notes.starts_with("Non-repeatable read: A asked the same at 2 and at 5"), "{notes}");
}

#[test]
fn phantom() {
    for asks in [["BEGIN", COUNTS, COUNTS, "COMMIT"], ["BEGIN", LISTS, LISTS, "COMMIT"]] {
        let asks: &'static [&'static str] = asks.to_vec().leak();
        let notes = notes(two(SCHEMA, ROWS, asks, &["INSERT INTO account VALUES (4, 0)"]));
        assert!(notes.starts_with("Phantom: A asked the same at 2 and at 5"), "{notes}");
    }
}

const COUNTS: &str = "SELECT count(*) FROM account";
const LISTS: &str = "SELECT id FROM account";

#[test]
fn deadlock() {
    const ONE: &str = "UPDATE account SET balance = balance + 1 WHERE id = 1";
    const OTHER: &str = "UPDATE account SET balance = balance + 1 WHERE id = 2";
    let ring =
        two(SCHEMA, ROWS, &["BEGIN", ONE, OTHER, "COMMIT"], &["BEGIN", OTHER, ONE, "COMMIT"]);
    let notes = notes(ring.every_lane_succeeds());
    assert!(notes.starts_with("Deadlock: "), "{notes}");
}

/// What was out of date and did no harm has no name.
#[test]
fn a_schedule_that_holds_is_called_nothing() {
    const ADDS: &[&str] =
        &["BEGIN", READS, "UPDATE account SET balance = balance + 1 WHERE id = 1", "COMMIT"];
    let scenario = Scenario::new(SCHEMA, ROWS)
        .lane("A", |db| Box::pin(script(db, ADDS)))
        .lane("B", |db| Box::pin(script(db, ADDS)));
    let replayed = replay(scenario, "A.B3.A2").unwrap();
    assert_eq!(replayed.outcome, None);
    assert_eq!(replayed.timeline.notes, Vec::<String>::new());
    assert!(replayed.timeline.rows.iter().all(|row| row.mark.is_none()));
}
