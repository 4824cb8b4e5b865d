//! Server processes that stand still.

use postgres_lab::{Access, Database, lab};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::fixtures::{backend, template};
use crate::process::{Process, fixture, is_gone, state, until};

#[test]
fn a_stopped_session_gets_its_lock_only_when_it_goes_on() {
    lab::wait(async {
        let database = Database::lease(&template(), Access::Shared).await.expect("a database");
        let mut lanes = Vec::new();
        for _ in 0..2 {
            let (lane, connection) = database.lane().connect(NoTls).await.expect("a lane");
            tokio::spawn(connection);
            lanes.push(lane);
        }
        let (holder, waiter) = (&lanes[0], &lanes[1]);
        holder.batch_execute("TRUNCATE account; INSERT INTO account VALUES (1, 0)").await.unwrap();
        let pid = backend(waiter).await;

        let hold = "BEGIN; UPDATE account SET cents = 1";
        holder.batch_execute(hold).await.unwrap();
        let mut update = std::pin::pin!(waiter.batch_execute("UPDATE account SET cents = 2"));
        let control = database.control().await.expect("a control");
        let blocked = async || {
            let sql = "SELECT cardinality(pg_blocking_pids($1))";
            let row = control.query_one(sql, &[&pid]).await.unwrap();
            row.get::<_, i32>(0) == 1
        };
        loop {
            tokio::select! {
                biased;
                end = &mut update => panic!("it did not wait: {end:?}"),
                is_blocked = blocked() => if is_blocked { break },
            }
        }
        assert!(database.keeper().stop(pid).unwrap());
        holder.batch_execute("COMMIT").await.unwrap();
        until(|| state(pid).starts_with('T'));
        let now = "SELECT cents FROM account";
        assert_eq!(control.query_one(now, &[]).await.unwrap().get::<_, i32>(0), 1);

        assert!(database.keeper().go_on(pid).unwrap());
        update.await.expect("it goes on");
        assert_eq!(control.query_one(now, &[]).await.unwrap().get::<_, i32>(0), 2);
    });
}

#[test]
fn statements_are_cancelled_and_sessions_ended() {
    lab::wait(async {
        let database = Database::lease(&template(), Access::Shared).await.expect("a database");
        let (lane, connection) = database.lane().connect(NoTls).await.expect("a lane");
        let connection = tokio::spawn(connection);
        let pid = backend(&lane).await;
        let cancel = async {
            let control = database.control().await.expect("a control");
            let active = "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1";
            let sleeps = async || {
                let row = control.query_one(active, &[&pid]).await.unwrap();
                row.get::<_, Option<bool>>(0) == Some(true)
            };
            while !sleeps().await {}
            assert!(database.keeper().cancel(pid).unwrap());
        };
        let (slept, ()) = tokio::join!(lane.batch_execute("SELECT pg_sleep(600)"), cancel);
        assert_eq!(slept.expect_err("cancelled").code(), Some(&SqlState::QUERY_CANCELED));

        assert!(database.keeper().terminate(pid).unwrap());
        let end = connection.await.expect("no panic").expect_err("ended");
        assert_eq!(end.code(), Some(&SqlState::ADMIN_SHUTDOWN));
        until(|| is_gone(pid));
        assert!(!database.keeper().stop(pid).unwrap(), "there is no such process");
        assert!(database.keeper().stop(0).is_err() && database.keeper().stop(-1).is_err());
    });
}

#[test]
fn a_killed_test_leaves_no_stopped_session_and_its_database_is_leased_clean() {
    let me = std::env::current_exe().expect("this binary has a path");
    let fixture = || fixture(&me, "leases_a_database_and_stops_a_session");
    let mut first = Process::start(&mut fixture());
    let name = first.says();
    let pid = first.says().parse().expect("a process id");
    until(|| state(pid).starts_with('T'));
    first.kill();
    until(|| !state(pid).starts_with('T'));

    // Whoever leases that database next finds no lock held there, whoever is quicker.
    lab::wait(async move {
        let database = Database::lease(&template(), Access::Shared).await.expect("a database");
        let control = database.control().await.expect("a control");
        control
            .batch_execute("LOCK TABLE account NOWAIT")
            .await
            .expect_err("outside of a transaction");
        control
            .batch_execute("BEGIN; LOCK TABLE account NOWAIT; COMMIT")
            .await
            .expect("it is free");
        if database.name() == name {
            assert!(is_gone(pid));
        }
    });
}
