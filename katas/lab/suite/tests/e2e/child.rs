use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use protocol::{Outcome, REQUEST_ENV, Request, Status};

/// Set for a child, so that its fixtures do what they are named after.
pub const FIXTURE_ENV: &str = "TRECE_E2E_FIXTURE";

const TOKEN: &str = "8f1c-token";

/// What a process left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub receipt: Option<String>,
    pub outcome: Option<Outcome>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// It passed: a receipt, and nothing else.
    #[track_caller]
    pub fn passed(&self) {
        assert_eq!(self.receipt.as_deref(), Some(TOKEN), "{self:?}");
        assert_eq!(self.outcome, None, "{self:?}");
        assert_eq!(self.code, Some(0), "{self:?}");
    }

    /// It failed as libtest fails, without a receipt, and said so.
    #[track_caller]
    pub fn failed(&self, status: Status, message: &str) -> &Outcome {
        assert_eq!(self.receipt, None, "{self:?}");
        assert_eq!(self.code, Some(101), "{self:?}");
        let outcome = self.outcome.as_ref().unwrap_or_else(|| panic!("no outcome: {self:?}"));
        assert_eq!(outcome.status, status, "{outcome:?}");
        assert!(outcome.message.contains(message), "no {message:?} in {:?}", outcome.message);
        outcome
    }

    /// It left in the middle: neither a receipt nor an outcome.
    #[track_caller]
    pub fn left(&self) {
        assert_eq!(self.receipt, None, "{self:?}");
        assert_eq!(self.outcome, None, "{self:?}");
    }
}

/// Runs one fixture as the runner does.
pub fn graded(fixture: &str) -> Ended {
    let dir = folder(fixture);
    let request = Request { token: TOKEN.into(), dir: dir.clone(), seed: 13, replay: None };
    let mut ended = run(fixture, Some(&request.to_json()), &["--exact", "--nocapture"]);
    ended.receipt = fs::read_to_string(request.receipt()).ok();
    let outcome = fs::read_to_string(request.outcome()).ok();
    ended.outcome = outcome.map(|json| Outcome::from_json(&json).expect("the outcome is one"));
    fs::remove_dir_all(&dir).expect("the folder of a test can be removed");
    ended
}

/// Runs fixtures with anything, or nothing, on standard input.
pub fn run(filter: &str, stdin: Option<&str>, options: &[&str]) -> Ended {
    let mut command = Command::new(std::env::current_exe().expect("this binary has a path"));
    command
        .arg(filter)
        .args(options)
        .env(FIXTURE_ENV, "1")
        .env_remove("RUST_BACKTRACE")
        .env_remove(REQUEST_ENV)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if stdin.is_some() {
        command.env(REQUEST_ENV, "stdin");
    }
    let mut child = command.spawn().expect("this binary runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(stdin.unwrap_or_default().as_bytes()).expect("the child reads");
    drop(pipe);
    let output = child.wait_with_output().expect("the child ends");
    Ended {
        code: output.status.code(),
        receipt: None,
        outcome: None,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn folder(fixture: &str) -> PathBuf {
    let name = format!("{}-{}", fixture.replace("::", "-"), std::process::id());
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&dir).expect("a folder for the test");
    dir
}
