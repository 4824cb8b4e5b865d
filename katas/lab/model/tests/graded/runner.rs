use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use protocol::{Outcome, REQUEST_ENV, Request, Status};

/// What a test process left behind.
struct Left {
    success: bool,
    receipt: Option<String>,
    outcome: Option<Outcome>,
    fingerprint: Option<String>,
}

fn run(case: &str, round: u32) -> Left {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("graded-{case}-{round}"));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    let request =
        Request { token: format!("token of {case}"), dir: dir.clone(), seed: 1, replay: None };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("cases::{case}"), "--nocapture"])
        .env(REQUEST_ENV, "stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", request.to_json()).unwrap();
    let success = child.wait().unwrap().success();
    let read = |path: PathBuf| std::fs::read_to_string(path).ok();
    Left {
        success,
        receipt: read(request.receipt()),
        outcome: read(request.outcome()).map(|json| Outcome::from_json(&json).unwrap()),
        fingerprint: read(dir.join("fingerprint")),
    }
}

#[test]
fn a_pass_leaves_a_receipt_and_the_same_fingerprint_each_time() {
    let (first, second) = (run("holds", 1), run("holds", 2));
    assert!(first.success && first.outcome.is_none());
    assert_eq!(first.receipt.as_deref(), Some("token of holds"));
    assert!(first.fingerprint.as_deref().unwrap().contains(" schedules, "));
    assert_eq!(first.fingerprint, second.fingerprint);
}

#[test]
fn a_failure_leaves_its_outcome_and_no_receipt() {
    for (case, status, says) in [
        ("deadlocks", Status::Stuck, "Deadlock: A waits for lock 2 (held by B since cases.rs:"),
        ("loses", Status::Fail, "one was lost"),
        ("unwritten", Status::Fail, "not yet implemented"),
        ("aborts", Status::Stuck, "Deadlock: test waits for the lock"),
    ] {
        let left = run(case, 1);
        assert!(!left.success && left.receipt.is_none(), "{case}");
        let outcome = left.outcome.expect(case);
        assert_eq!(outcome.status, status, "{case}: {}", outcome.message);
        assert!(outcome.message.contains(says), "{case}: {}", outcome.message);
        if matches!(case, "deadlocks" | "loses") {
            assert!(outcome.timeline.is_some() && outcome.schedules.is_some(), "{case}");
        }
    }
}
