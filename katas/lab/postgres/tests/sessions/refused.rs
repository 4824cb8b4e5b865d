//! SQL of the scenario that the server refuses: the schema is the learner's in some katas.

use std::panic::{AssertUnwindSafe, catch_unwind};

use postgres_lab::wire::sessions::{Explored, Scenario, explore, replay};
use protocol::{Outcome, Status};
use tokio_postgres::Error;

use crate::bank::{ROWS, SCHEMA};

/// How the test ends.
fn outcome<T>(run: impl FnOnce() -> T) -> Outcome {
    let end = catch_unwind(AssertUnwindSafe(run)).err().expect("it fails");
    end.downcast::<suite::Failure>().expect("the lab's own failure").0
}

fn scenario(schema: &str, rows: &str) -> Scenario {
    Scenario::new(schema, rows)
        .lane("A", |db| Box::pin(async move { db.execute("SELECT 1", &[]).await.map(drop) }))
}

#[test]
fn a_schema_with_an_error_fails_with_the_place() {
    let schema = "CREATE TABLE account (\n    id integer PRIMARY KEY,\n    \
                  balance bigint NOTNULL\n)";
    for outcome in [
        outcome(|| explore(scenario(schema, ""))),
        outcome(|| replay(scenario(schema, ""), "A").map(drop)),
    ] {
        assert_eq!(outcome.status, Status::Fail);
        assert_eq!(
            outcome.message,
            "The database refused the test's setup:\n\
             ERROR 42601: syntax error at or near \"NOTNULL\"\n\
             Line 3: balance bigint NOTNULL\n                       ^"
        );
    }
}

#[test]
fn rows_that_do_not_fit_the_schema_fail_and_are_no_fault_of_the_lab() {
    let outcome = outcome(|| -> Explored {
        explore(scenario(SCHEMA, "INSERT INTO account (id, cents) VALUES (1, 100)"))
    });
    assert_eq!(outcome.status, Status::Fail);
    assert!(outcome.message.starts_with("The database refused the rows of the test:\nERROR 42703"));
    assert!(outcome.message.contains("\nLine 1: "), "{}", outcome.message);
}

#[test]
fn an_invariant_that_the_schema_cannot_answer_fails() {
    let outcome = outcome(|| {
        explore(
            scenario(SCHEMA, ROWS).invariant("all is well", "SELECT sum(cents) > 0 FROM account"),
        )
    });
    assert_eq!(outcome.status, Status::Fail);
    assert!(outcome.message.contains("column \"cents\" does not exist"), "{}", outcome.message);
}

/// Names that need quotes, or another schema; a sequence that does not begin at 1.
#[test]
fn any_names_will_do() {
    let schema = "CREATE SCHEMA bank; CREATE TABLE bank.account (id integer, \"the \"\"sum\" int);
        CREATE TABLE \"Order's\" (
            id bigint GENERATED ALWAYS AS IDENTITY (MINVALUE 1000) PRIMARY KEY, n int);";
    let explored = explore(
        Scenario::new(schema, "INSERT INTO bank.account VALUES (1, 5)")
            .lane("A", |db| {
                Box::pin(async move {
                    let sql = "INSERT INTO \"Order's\" (n) VALUES (7) RETURNING id";
                    Ok::<i64, Error>(db.query_one(sql, &[]).await?.get(0))
                })
            })
            .lane("B", |db| {
                Box::pin(async move {
                    let sql = "UPDATE bank.account SET \"the \"\"sum\" = 6 WHERE id = $1";
                    db.execute(sql, &[&1]).await
                })
            })
            .serializable_outcome()
            .check(|ran| match ran.returned("A").map(|r| r.text.as_str()) {
                Some("Ok(1000)") if ran.state().contains("1\t6") => Ok(()),
                other => Err(format!("{other:?} {}", ran.state())),
            }),
    );
    assert!(explored.exhaustive);
}
