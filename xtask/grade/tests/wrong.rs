//! What is typed or written wrongly, and parts that do not fit: told with the right exit code before
//! anything is graded.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

/// Exit codes.
const USAGE: i32 = 2;
const GAPS: i32 = 5;

fn grader() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-grade"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("LANG", "C").env_remove("LC_ALL").env_remove("TRECE_LANG");
    command
}

fn grade(arguments: &[&str]) -> Output {
    grader().args(arguments).output().expect("the grader starts")
}

/// Ends with the code and says all of it, and nothing else was written.
fn told(arguments: &[&str], code: i32, says: &[&str]) {
    let output = grade(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    for text in says {
        assert!(stderr.contains(text), "{arguments:?} does not say {text}:\n{stderr}");
    }
}

#[test]
fn a_wrong_manifest_is_told_with_its_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let (csv, out) = (dir.path().join("class.csv"), dir.path().join("out"));
    let [shown, to] = [&csv, &out].map(|path| path.display().to_string());
    for (text, line, says) in [
        ("id\nalice\n", 1, "`path`"),
        ("id,path\nalice,.\nal ice,.\n", 3, "`al ice`"),
        ("id,path\nalice,.\nbob,.\nalice,.\n", 4, "line 2"),
        ("id,path\nalice,gone\n", 2, "gone"),
        ("id,path,submitted_at\nalice,.,noon\n", 2, "`noon`"),
        ("id,path\n\"alice\n\",.,\nbob,gone\n", 4, "gone"),
    ] {
        fs::write(&csv, text).expect("written");
        let place = format!("class.csv:{line}: ");
        told(&["run", "--submissions", &shown, "--out", &to], USAGE, &[&place, says]);
    }
    fs::write(&csv, b"id,path\nalice,.\n\xff,.\n").expect("written");
    told(&["run", "--submissions", &shown, "--out", &to], USAGE, &["class.csv: ", "line 3"]);
    assert!(!out.exists());
}

#[test]
fn a_grader_has_no_more_slots_than_users() {
    for jobs in ["0", "65"] {
        told(&["doctor", "--jobs", jobs], USAGE, &["--jobs takes 1 to 64"]);
    }
}

#[test]
fn a_wrong_roster_is_told_with_its_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let (csv, to) = (dir.path().join("roster.csv"), dir.path().join("class"));
    let [roster, to] = [&csv, &to].map(|path| path.display().to_string());
    let collect =
        ["collect", "--roster", &roster, "--deadline", "2026-06-01T22:00:00Z", "--to", &to];
    told(&collect, USAGE, &["roster.csv"]);
    for (text, line, says) in [
        ("id,name\nalice,A\n", 1, "`source`"),
        ("id,source\nalice,a.zip\nb/b,b.zip\n", 3, "`b/b`"),
        ("id,source,submitted_at\nalice,a.zip,2026-13-01T00:00:00Z\n", 2, "2026-13-01"),
    ] {
        fs::write(&csv, text).expect("written");
        told(&collect, USAGE, &[&format!("roster.csv:{line}: "), says]);
    }
    assert!(!Path::new(&to).exists());
}

/// A part of a class, as `run` leaves it.
fn part(dir: &Path, ids: &[&str], graded: &[&str]) -> String {
    let tool = json!({"version": "0", "rustc": "1", "sandbox": "bwrap", "policy_sha256": "p"});
    let put = |path: &str, value: serde_json::Value| {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, value.to_string()).expect("written");
    };
    put(
        "run.json",
        json!({"schema": "trece-grade-run/v1", "tool": tool, "seed": "0d", "katas": ["k02"],
            "shard": null, "submissions": ids, "from": "/class"}),
    );
    for id in graded {
        put(
            &format!("units/{id}/k02.json"),
            json!({"schema": "trece-grade-unit/v1", "tool": tool, "seed": "0d", "key": "",
                "graded_at": "2026-01-01T00:00:00Z",
                "submission": {"id": id, "tree_sha256": "", "submitted_at": null},
                "kata": {"id": "k02", "status": "pass", "score": 1, "max": 1, "flags": [],
                    "message": null, "steps": [], "tests": []}}),
        );
    }
    dir.display().to_string()
}

#[test]
fn a_merge_with_a_gap_or_a_duplicate_says_where_and_writes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    let one = part(&path("one"), &["alice", "bob"], &["alice", "bob"]);
    let two = part(&path("two"), &["carol"], &["carol"]);
    let again = part(&path("again"), &["bob"], &["bob"]);
    let half = part(&path("half"), &["dora"], &[]);
    let roster = path("roster.csv").display().to_string();
    fs::write(&roster, "id\nalice\nbob\ncarol\nemil\n").expect("written");
    let out = path("out").display().to_string();
    told(&["merge", &one, &again, "--out", &out], GAPS, &["bob", &one, &again]);
    told(&["merge", &one, &half, "--out", &out], GAPS, &["dora", "k02", &half]);
    told(&["merge", &one, &two, "--out", &out, "--roster", &roster], GAPS, &["emil"]);
    told(&["merge", "--out", &out], USAGE, &["folders"]);
    told(&["merge", &path("none").display().to_string(), "--out", &out], USAGE, &["run.json"]);
    assert!(!path("out").exists());
    fs::write(&roster, "id\nalice\nbob\ncarol\n").expect("written");
    assert!(grade(&["merge", &one, &two, "--out", &out, "--roster", &roster]).status.success());
    assert!(path("out/grades/carol.json").is_file());
}

#[test]
fn what_was_not_graded_completely_is_not_reported_and_not_regraded() {
    let dir = tempfile::tempdir().expect("a folder");
    let half = part(&dir.path().join("half"), &["dora"], &[]);
    told(&["report", &half, "--format", "csv"], 3, &["dora", "grade run"]);
    told(&["regrade", &half, "--reason", "x"], 3, &["dora", "grade run"]);
    assert!(!dir.path().join("half/before").exists());
}

/// A repository for students, as `cargo xtask export` makes it, has no reference.
#[test]
fn doctor_says_what_an_export_lacks() {
    let dir = tempfile::tempdir().expect("a folder");
    let katas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../katas");
    std::os::unix::fs::symlink(katas, dir.path().join("katas")).expect("linked");
    fs::write(dir.path().join("Cargo.toml"), "").expect("written");
    let to = dir.path().join("attacks");
    for more in [vec![], vec!["--lay-out", to.to_str().expect("text")]] {
        let mut doctor = grader();
        let output = doctor.arg("doctor").args(&more).current_dir(dir.path()).output();
        let output = output.expect("the grader starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(USAGE), "{stderr}");
        assert!(stderr.contains("reference of k00"), "{stderr}");
        assert!(!to.exists());
    }
}
