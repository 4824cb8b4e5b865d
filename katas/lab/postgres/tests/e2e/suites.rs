//! `#[suite::test(postgres)]`, as the runner runs it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use postgres_lab::{Access, Cluster, Seat, URL_ENV, lab};
use protocol::{Outcome, REQUEST_ENV, Request, Status};

use crate::process::{SAYS, fixture};

pub struct Graded {
    pub code: Option<i32>,
    pub receipt: bool,
    pub outcome: Option<Outcome>,
    said: Option<String>,
}

pub fn graded(name: &str, prepare: impl FnOnce(&mut Command)) -> Graded {
    run(name, None, prepare)
}

/// As `cargo xtask replay` runs it.
pub fn replayed(name: &str, code: &str) -> Graded {
    run(name, Some(code.to_owned()), |_| {})
}

fn run(name: &str, replay: Option<String>, prepare: impl FnOnce(&mut Command)) -> Graded {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = format!("{name}-{}-{number}", std::process::id());
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(dir);
    fs::create_dir_all(&dir).expect("a folder for the test");
    let me = std::env::current_exe().expect("this binary has a path");
    let request = Request { token: "token".into(), dir: dir.clone(), seed: 1, replay };
    let mut command = fixture(&me, name);
    command.env(REQUEST_ENV, "stdin").stderr(Stdio::null());
    prepare(&mut command);
    let mut child = command.spawn().expect("the fixture runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(request.to_json().as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let outcome = fs::read_to_string(request.outcome()).ok();
    let outcome = outcome.map(|json| Outcome::from_json(&json).expect("it is an outcome"));
    let receipt = request.receipt().exists();
    fs::remove_dir_all(&dir).expect("the folder can be removed");
    let said = stdout.lines().find_map(|line| Some(line.split_once(SAYS)?.1.to_owned()));
    Graded { code: output.status.code(), receipt, outcome, said }
}

fn exists(schema: &str) -> bool {
    let schema = schema.to_owned();
    lab::wait(async move {
        let seat = Seat::take(Access::Shared).await.expect("a server");
        let sql = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
        seat.client().query_one(sql, &[&schema]).await.expect("an answer").get::<_, i64>(0) > 0
    })
}

#[test]
fn a_test_with_a_schema_passes_and_leaves_nothing() {
    let graded = graded("passes", |_| {});
    assert_eq!((graded.code, graded.receipt, graded.outcome), (Some(0), true, None));
    assert!(!exists(&graded.said.expect("the schema")));
}

#[test]
fn one_that_fails_leaves_nothing_either() {
    let graded = graded("fails_in_the_middle", |_| {});
    let outcome = graded.outcome.expect("an outcome");
    assert_eq!((graded.code, graded.receipt), (Some(101), false));
    assert_eq!((outcome.status, outcome.message.as_str()), (Status::Fail, "one is not two"));
    assert!(!exists(&graded.said.expect("the schema")));
}

#[test]
fn without_postgresql_it_is_not_verified() {
    let graded = graded("passes", |command| {
        command.env("PATH", "").env("TRECE_POSTGRES_BIN", env!("CARGO_TARGET_TMPDIR"));
    });
    let outcome = graded.outcome.expect("an outcome");
    assert_eq!((graded.code, graded.receipt), (Some(101), false));
    assert_eq!(outcome.status, Status::NotVerified);
    assert!(outcome.message.contains("Install PostgreSQL"), "{}", outcome.message);
    assert!(outcome.place.is_none(), "no stack trace");
}

#[test]
fn a_server_that_is_given_serves_plain_tests_and_is_not_explored() {
    let cluster = Cluster::ensure().expect("a server");
    let dir = cluster.socket().parent().expect("a folder").display().to_string();
    let url = format!("host='{dir}' port=5432 user=trece dbname=postgres");
    let passed = graded("passes", |command| {
        command.env(URL_ENV, &url).env("TRECE_POSTGRES_BIN", env!("CARGO_TARGET_TMPDIR"));
    });
    assert_eq!((passed.code, passed.receipt, passed.outcome), (Some(0), true, None));
    let explores = graded("leases_or_is_not_verified", |command| {
        command.env(URL_ENV, &url);
    });
    let outcome = explores.outcome.expect("an outcome");
    assert_eq!(outcome.status, Status::NotVerified);
    assert!(outcome.message.contains("Unset TRECE_DATABASE_URL"), "{}", outcome.message);

    let absent = graded("passes", |command| {
        command.env(URL_ENV, "postgres://nobody@127.0.0.1:1/none");
    });
    let outcome = absent.outcome.expect("an outcome");
    assert_eq!(outcome.status, Status::NotVerified);
    assert!(outcome.message.contains("refused"), "{}", outcome.message);
}
