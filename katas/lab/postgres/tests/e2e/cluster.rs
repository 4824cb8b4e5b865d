//! One server a workspace, whatever happens to it.

use std::fs;
use std::thread;

use postgres_lab::Cluster;

use crate::process::{Process, is_gone, signal, until};
use crate::workspace::{Found, Workspace, user};

/// Longer than a socket's path may be, and with everything that a shell would take apart.
fn nasty() -> String {
    format!("a b/it's \"$HOME\" `x`/{}", "long/".repeat(30))
}

#[test]
fn eight_first_starts_at_once_find_one_server_that_outlives_their_deaths() {
    let workspace = Workspace::new("life", &nasty());
    let users: Vec<(Process, Found)> = thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| workspace.user())).collect();
        starts.into_iter().map(|start| start.join().expect("a server")).collect()
    });
    let first = users[0].1.clone();
    assert!(users.iter().all(|(_, found)| *found == first), "{users:?}", users = founds(&users));
    assert!(first.data.starts_with(workspace.root()), "{first:?}");
    assert!(first.socket.as_os_str().len() <= 103, "{first:?}");

    for (user, _) in users {
        user.kill();
    }
    let (user, found) = workspace.user();
    assert_eq!(found, first, "killed clients do not end the server");

    // The postmaster dies while a client is there.
    signal("KILL", first.postmaster);
    let (other, second) = workspace.user();
    assert_eq!(second.data, first.data);
    assert_ne!(second.postmaster, first.postmaster);
    user.release();

    // `cargo clean` under a server that runs, with a client.
    let base = second.data.parent().expect("a folder");
    fs::remove_dir_all(base).expect("the data can be removed");
    let (user, third) = workspace.user();
    assert_ne!(third.socket, second.socket, "the old server must not answer for the new one");
    until(|| !second.answers());
    until(|| is_gone(second.postmaster));
    drop(other);
    user.release();
    second.remove();
    third.remove();
}

fn founds(users: &[(Process, Found)]) -> Vec<&Found> {
    users.iter().map(|(_, found)| found).collect()
}

#[test]
fn one_alone_keeps_the_others_out_and_a_server_that_nobody_uses_stops_itself() {
    let workspace = Workspace::new("alone", "");
    let start = |name| Process::start(workspace.command(name).env("TRECE_POSTGRES_IDLE", "1"));
    let (first, found) =
        user(workspace.command("uses_the_cluster").env("TRECE_POSTGRES_IDLE", "1"));
    // This binary's own workspace has another server, which runs at the same time.
    let other = Cluster::ensure().expect("a server");
    assert_ne!(other.socket(), found.socket);
    assert_ne!(other.data(), found.data);

    let mut alone = start("uses_it_alone");
    until(|| waiting(&found) == 1);
    let mut later = start("uses_the_cluster");
    until(|| waiting(&found) == 2);
    first.release();
    let socket = found.socket.display().to_string();
    assert_eq!(alone.says(), socket, "it is served before who came later");
    assert_eq!(waiting(&found), 1);
    alone.release();
    assert_eq!(later.says(), socket);
    later.kill();

    until(|| is_gone(found.postmaster));
    assert!(!found.answers());
    let (client, again) = workspace.user();
    assert_eq!((&again.data, &again.socket), (&found.data, &found.socket), "it comes back");
    client.release();
    again.remove();
}

/// How many wait for a place.
fn waiting(found: &Found) -> i64 {
    let mut config = tokio_postgres::Config::new();
    let dir = found.socket.parent().expect("a folder");
    config.host_path(dir).port(5432).user("trece").dbname("postgres");
    postgres_lab::lab::wait(async move {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("it runs");
        tokio::spawn(connection);
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        client.query_one(sql, &[]).await.expect("an answer").get(0)
    })
}

#[test]
fn without_postgresql_it_says_how_to_install_it() {
    let workspace = Workspace::new("missing", "");
    let mut command = workspace.command("says_what_is_missing");
    let mut process =
        Process::start(command.env("PATH", "").env("TRECE_POSTGRES_BIN", workspace.root()));
    let known = process.says() == "true";
    let said = process.says();
    assert!(said.contains("TRECE_POSTGRES_BIN names a folder without"), "{said}");
    assert!(!known || said.contains("Install PostgreSQL:"), "{said}");
    process.release();
}
