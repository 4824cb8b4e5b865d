//! Databases that are kept, and schemas that are not.

use postgres_lab::{Access, Database, Db, Template, Unavailable, lab};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::fixtures::template;
use crate::process::{Process, fixture, until};

fn lease() -> Process {
    let me = std::env::current_exe().expect("this binary has a path");
    Process::start(&mut fixture(&me, "leases_a_database"))
}

#[test]
fn processes_at_once_lease_different_databases_and_later_ones_the_same_again() {
    let mut holders: Vec<Process> = (0..3).map(|_| lease()).collect();
    let mut numbers: Vec<u32> = holders.iter_mut().map(|p| number(&p.says())).collect();
    holders.into_iter().for_each(Process::release);
    let held = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), held, "{numbers:?}");

    // The server hears of a process's end when it hears of it: until then its database is held.
    until(|| {
        let mut later = lease();
        let again = number(&later.says());
        later.kill();
        numbers.last() >= Some(&again)
    });
}

fn number(name: &str) -> u32 {
    name.strip_prefix("pool_").and_then(|n| n.parse().ok()).expect(name)
}

#[test]
fn a_lane_works_with_rows_and_changes_no_definitions() {
    lab::wait(async {
        let database = Database::lease(&template(), Access::Shared).await.expect("a database");
        let (lane, connection) = database.lane().connect(NoTls).await.expect("a lane");
        tokio::spawn(connection);
        lane.batch_execute("TRUNCATE account; INSERT INTO account VALUES (1, 100)").await.unwrap();
        let settings = "SELECT current_setting('deadlock_timeout'), current_user::text";
        let row = lane.query_one(settings, &[]).await.unwrap();
        assert_eq!((row.get(0), row.get(1)), ("7ms", "lane"));
        for refused in [
            "CREATE TABLE mine (id integer)",
            "ALTER TABLE account ADD x integer",
            "SET deadlock_timeout = '1s'",
            "COPY account TO PROGRAM 'cat'",
        ] {
            let error = lane.batch_execute(refused).await.expect_err(refused);
            assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused}");
        }
    });
}

#[test]
fn setup_that_the_server_refuses_is_told_and_leaves_no_database() {
    let refused = lab::wait(async {
        let template = Template::new("CREATE TABLE broken (");
        Database::lease(&template, Access::Shared).await
    });
    match refused {
        Err(Unavailable::Setup(said)) => {
            assert!(said.contains("syntax error") && said.contains("Line 1: "), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_schemas_do_not_see_each_other_and_are_gone_afterwards() {
    lab::wait(async {
        let (a, b) = (open().await, open().await);
        assert_ne!(a.schema(), b.schema());
        for (db, value) in [(&a, 1), (&b, 2)] {
            let client = db.client().await;
            let insert = format!("CREATE TABLE t (x integer); INSERT INTO t VALUES ({value})");
            client.batch_execute(&insert).await.unwrap();
        }
        for (db, value) in [(&a, 1), (&b, 2)] {
            // The suite's own tables are the session's to use.
            let admin = db.admin().await;
            admin.batch_execute("CREATE TABLE u AS SELECT x FROM t").await.unwrap();
            let row = db.client().await.query_one("SELECT x FROM u", &[]).await.unwrap();
            assert_eq!(row.get::<_, i32>(0), value);
        }
        // Sessions that are still there, with locks, are no obstacle.
        let (stays, connection) = a.config().connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        stays.batch_execute("SET application_name = 'other'; BEGIN; LOCK TABLE t").await.unwrap();
        a.close().await.expect("it lets go");
        let admin = b.admin().await;
        let left = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
        let row = admin.query_one(left, &[&a.schema()]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0);
        b.close().await.expect("it lets go");
        assert!(stays.is_closed() || stays.batch_execute("SELECT 1").await.is_err());
    });
}

async fn open() -> Db {
    Db::open(Access::Shared).await.expect("a schema")
}
