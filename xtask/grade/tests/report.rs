//! `grade report` as it is typed, over a folder of marks as `grade run` leaves it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A folder with Alice, who has a mark, and Bob, whom the grader failed.
fn marks(dir: &Path, ids: &[&str]) -> PathBuf {
    let tool =
        json!({"version": "0.1.0", "rustc": "1.95.0", "sandbox": "bwrap", "policy_sha256": "00"});
    let run = json!({
        "schema": "trece-grade-run/v1", "tool": tool, "seed": "0d", "katas": ["k02"],
        "shard": null, "submissions": ids, "from": "class",
    });
    put(&dir.join("run.json"), &run);
    for id in ids {
        let open = *id == "bob";
        let status = if open { "infra_error" } else { "pass" };
        let score = if open { Value::Null } else { 3.into() };
        let grade = json!({
            "schema": "trece-grade/v1", "tool": tool, "graded_at": "2026-06-01T14:33:11Z", "seed": "0d",
            "submission": {"id": id, "tree_sha256": "11", "submitted_at": "2026-06-01T14:32:01Z"},
            "score": score, "max": 3, "previous": null,
            "katas": [{
                "id": "k02", "status": status, "score": score, "max": 3, "flags": [], "message": null,
                "steps": [{"module": "s1_see", "title": "See it break", "number": 1, "core": true,
                    "status": status, "score": score, "max": 3}],
                "tests": [{"id": "s1_see::finds_it", "behaviour": "It is found.", "step": 1,
                    "status": status, "score": if open { Value::Null } else { 1.into() }, "max": 1,
                    "trust": "receipt", "visibility": "visible", "depends_on": null, "ms": 12,
                    "message": null, "output": "printed"}],
            }],
        });
        put(&dir.join(format!("grades/{id}.json")), &grade);
    }
    dir.to_owned()
}

fn put(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

fn report(dir: &Path, formats: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask-grade"))
        .args(["report", "--format", formats])
        .arg(dir)
        .env("LANG", "C")
        .env_remove("LC_ALL")
        .env_remove("TRECE_LANG")
        .env("CLASSROOM", "backends")
        .env("ASSIGNMENT", "k02")
        .env("SUBMISSION_TAG", "submit/2026-06-01T14-32-05Z-a1b2c3d")
        .env("COMMIT_URL", "https://example.org/c")
        .env("RELEASE_URL", "https://example.org/r")
        .output()
        .unwrap()
}

const ALL: &str = "json,md,csv,junit,gradescope,classroom50,exercism,prairielearn,autolab,canvas";

#[test]
fn every_format_is_written_where_it_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let dir = marks(dir.path(), &["alice", "carol"]);
    let output = report(&dir, ALL);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 10, "{said}");
    for place in said.lines() {
        assert!(Path::new(place).exists(), "{place}");
    }
    let reports = dir.join("reports");
    for file in [
        "grades.json",
        "class.md",
        "feedback/alice.md",
        "marks.csv",
        "junit.xml",
        "gradescope/alice.json",
        "classroom50/alice/result.json",
        "exercism/alice/k02/results.json",
        "prairielearn/alice.json",
        "autolab/alice.txt",
        "canvas.csv",
    ] {
        assert!(reports.join(file).is_file(), "{file}");
    }
}

#[test]
fn who_could_not_be_graded_is_named_and_has_no_zero() {
    let dir = tempfile::tempdir().unwrap();
    let dir = marks(dir.path(), &["alice", "bob"]);
    let output = report(&dir, ALL);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bob"));
    let marks = fs::read_to_string(dir.join("reports/marks.csv")).unwrap();
    assert!(marks.lines().any(|l| l.starts_with("bob,,3,")), "{marks}");
    assert!(!dir.join("reports/classroom50/bob").exists());
    assert!(!dir.join("reports/autolab/bob.txt").exists());
    let open = fs::read_to_string(dir.join("reports/prairielearn/bob.json")).unwrap();
    let open: Value = serde_json::from_str(&open).unwrap();
    assert!(open["gradable"] == false && open.get("score").is_none(), "{open}");
    let canvas = fs::read_to_string(dir.join("reports/canvas.csv")).unwrap();
    assert!(canvas.lines().any(|l| l == "bob,,,bob,,"), "{canvas}");
}

#[test]
fn a_wrong_format_and_a_wrong_folder_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let dir = marks(dir.path(), &["alice"]);
    let output = report(&dir, "md,sarif");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`sarif`"));
    assert!(!dir.join("reports").exists());
    let output = report(&dir.join("nowhere"), "md");
    assert_ne!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("run.json"));
}

/// What `PrairieLearn` and Autolab document of their formats, held against what is typed.
#[test]
fn results_are_where_the_platforms_look_for_them() {
    let dir = tempfile::tempdir().unwrap();
    let dir = marks(dir.path(), &["alice"]);
    assert!(report(&dir, "prairielearn,autolab").status.success());
    let results = fs::read_to_string(dir.join("reports/prairielearn/alice.json")).unwrap();
    let results: Value = serde_json::from_str(&results).unwrap();
    assert_eq!((&results["gradable"], &results["score"]), (&json!(true), &json!(1.0)));
    let test = &results["tests"][0];
    assert_eq!((&test["points"], &test["max_points"]), (&json!(3), &json!(3)));
    for field in ["name", "message", "output"] {
        assert!(test[field].is_string(), "{test}");
    }
    let printed = fs::read_to_string(dir.join("reports/autolab/alice.txt")).unwrap();
    let last = printed.lines().last().unwrap();
    assert_eq!(last, r#"{"scoreboard":[3,3],"scores":{"k02":3}}"#);
}
