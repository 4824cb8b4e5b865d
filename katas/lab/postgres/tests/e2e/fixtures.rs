//! What the processes of these tests do.

use std::io::Read as _;
use std::sync::{Arc, Mutex};

use postgres_lab::wire::sessions::{Scenario, explore, search};
use postgres_lab::{Access, Cluster, Database, Db, Incarnation, Seat, Template, Unavailable, lab};
use tokio_postgres::{Client, Error, IsolationLevel};

use crate::process::{FIXTURE_ENV, SAYS};

const ACCOUNTS: &str = "CREATE TABLE account (id integer PRIMARY KEY, cents integer NOT NULL)";

/// Databases of this template are kept from one run of the tests to the next.
pub fn template() -> Template {
    Template::new(ACCOUNTS).set("deadlock_timeout", "7ms").set("application_name", "it's a lane")
}

fn is_asked() -> bool {
    std::env::var_os(FIXTURE_ENV).is_some()
}

fn say(what: impl std::fmt::Display) {
    println!("{SAYS}{what}");
}

/// Until the parent closes standard input.
fn wait_for_release() {
    std::io::stdin().read_to_end(&mut Vec::new()).expect("a pipe");
}

/// Says which cluster it is.
fn describe(cluster: &Cluster) {
    let pid = std::fs::read_to_string(cluster.data().join("postmaster.pid")).expect("it runs");
    say(cluster.socket().display());
    say(cluster.data().display());
    say(pid.lines().next().expect("a process id"));
}

pub async fn backend(client: &Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).await.expect("an answer").get(0)
}

#[test]
fn uses_the_cluster() {
    if is_asked() {
        let seat = lab::wait(Seat::take(Access::Shared)).expect("a server");
        describe(seat.server().cluster().expect("its own"));
        wait_for_release();
    }
}

#[test]
fn uses_it_alone() {
    if is_asked() {
        let seat = lab::wait(Seat::take(Access::Exclusive)).expect("a server");
        describe(seat.server().cluster().expect("its own"));
        wait_for_release();
    }
}

#[test]
fn leases_a_database() {
    if is_asked() {
        let database = lab::wait(async { Database::lease(&template(), Access::Shared).await });
        let database = database.expect("a database");
        say(database.name());
        wait_for_release();
    }
}

/// The parent kills it in the middle.
#[test]
fn leases_a_database_and_stops_a_session() {
    if is_asked() {
        lab::wait(async {
            let database = Database::lease(&template(), Access::Shared).await.expect("a database");
            let (lane, connection) =
                database.lane().connect(tokio_postgres::NoTls).await.expect("a lane");
            tokio::spawn(connection);
            lane.batch_execute("BEGIN; LOCK TABLE account").await.expect("a lock");
            let pid = backend(&lane).await;
            assert!(database.keeper().stop(pid).expect("a keeper"));
            say(database.name());
            say(pid);
            lab::spawn(std::future::pending::<()>()).await.expect("killed before");
        });
    }
}

#[test]
fn says_what_is_missing() {
    if is_asked() {
        match Cluster::ensure() {
            Err(Unavailable::Missing(missing)) => {
                say(missing.install.is_some());
                say(missing.to_string().replace('\n', " "));
            }
            other => panic!("nothing should be found: {other:?}"),
        }
    }
}

const BALANCE: &str = "SELECT cents FROM account WHERE id = 1";

const ADD: &str = "UPDATE account SET cents = $1 WHERE id = 1";

async fn adds(db: &mut Client, level: IsolationLevel) -> Result<(), Error> {
    let tx = db.build_transaction().isolation_level(level).start().await?;
    let cents: i32 = tx.query_one(&format!("{BALANCE} FOR UPDATE"), &[]).await?.get(0);
    tx.execute(ADD, &[&(cents + 10)]).await?;
    tx.commit().await
}

/// Two who add 10 under a lock, at this level; and one who only looks.
fn three(level: IsolationLevel) -> Scenario {
    Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 0)")
        .lane("A", move |db| Box::pin(adds(db, level)))
        .lane("B", move |db| Box::pin(adds(db, level)))
        .lane("C", |db| {
            Box::pin(async move { Ok::<i32, Error>(db.query_one(BALANCE, &[]).await?.get(0)) })
        })
        .retryable(&["40001"])
        .serializable_outcome()
}

/// Explores when it is told to, so that others do at the same time.
#[test]
fn explores() {
    if is_asked() {
        say("ready");
        wait_for_release();
        for level in [IsolationLevel::ReadCommitted, IsolationLevel::Serializable] {
            for _ in 0..5 {
                let all = search(three(level)).expect("it holds");
                say(format!("{level:?} {} {} {:x}", all.schedules, all.waits, all.fingerprint));
            }
        }
    }
}

/// Nothing is lost in the second one either.
#[suite::test]
fn explores_twice() {
    if is_asked() {
        explore(three(IsolationLevel::ReadCommitted));
        explore(two_who_forget());
    }
}

/// What one exploration of a test has opened serves the next.
#[suite::test]
fn explores_on_the_same_session() {
    if is_asked() {
        let first = session(ACCOUNTS);
        assert_eq!(session(ACCOUNTS), first);
        assert_ne!(session("CREATE TABLE account (id integer)"), first);
    }
}

/// The server's process of the one lane of an exploration.
fn session(schema: &str) -> i32 {
    let pid = Arc::new(Mutex::new(0));
    let seen = pid.clone();
    explore(Scenario::new(schema, "").lane("A", move |db| {
        let seen = seen.clone();
        Box::pin(async move {
            *seen.lock().unwrap() = backend(db).await;
            Ok::<_, Error>(())
        })
    }));
    *pid.lock().unwrap()
}

async fn forgets(db: &mut Client) -> Result<(), Error> {
    let cents: i32 = db.query_one(BALANCE, &[]).await?.get(0);
    db.execute(ADD, &[&(cents + 10)]).await.map(drop)
}

/// Two who look and then write: an update is lost.
fn two_who_forget() -> Scenario {
    Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 0)")
        .lane("A", |db| Box::pin(forgets(db)))
        .lane("B", |db| Box::pin(forgets(db)))
        .serializable_outcome()
}

/// A row is there.
#[suite::test(postgres)]
async fn passes(db: Db) {
    if is_asked() {
        let client = db.client().await;
        client.batch_execute("CREATE TABLE t (x integer); INSERT INTO t VALUES (1)").await.unwrap();
        let row = client.query_one("SELECT x FROM t", &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), 1);
        say(db.schema());
    }
}

/// It fails with a transaction open.
#[suite::test(postgres)]
async fn fails_in_the_middle(db: Db) {
    if is_asked() {
        let client = db.client().await;
        client.batch_execute("CREATE TABLE t (x integer); BEGIN; LOCK TABLE t").await.unwrap();
        say(db.schema());
        let _held: Incarnation = db.incarnation();
        panic!("one is not two");
    }
}

/// It would explore.
#[suite::test]
fn leases_or_is_not_verified() {
    if is_asked() {
        let database = lab::wait(async { Database::lease(&template(), Access::Shared).await });
        database.unwrap_or_else(|unavailable| unavailable.end_test());
    }
}
