//! Trees that are not the learner's: staged, and never confused with one another.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::workbook::Workbook;

fn verdict(workbook: &Workbook, tree: &std::path::Path) -> String {
    let ran = workbook.run(&["check", "k02", "--json", "--submission", tree.to_str().unwrap()]);
    ran.json()["katas"][0]["status"].as_str().unwrap().to_owned()
}

#[test]
fn wrong_right_wrong() {
    let workbook = Workbook::fresh();
    let wrong = workbook.tree_of(Some("check-then-debit"));
    let right = workbook.tree_of(None);
    assert_eq!(verdict(&workbook, &wrong), "fail");
    assert_eq!(verdict(&workbook, &right), "pass");
    assert_eq!(verdict(&workbook, &wrong), "fail");
    // Other trees leave the learner's own progress and code alone.
    assert!(!workbook.root.join(".trece/progress.toml").exists());
    assert_eq!(workbook.run(&["check", "k02"]).code, 1);
}

#[test]
fn old_files_are_not_taken_for_built_ones() {
    let workbook = Workbook::fresh();
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02", "--step", "1"]).code, 0);
    // A wrong answer whose file is older than the build, as an archive unpacks it.
    let stub = fs::read_to_string(workbook.kata().join("stub/s1_observe.rs")).unwrap();
    workbook.write("s1_observe.rs", &stub);
    let old = SystemTime::now() - Duration::from_secs(24 * 3600);
    let file = fs::File::options().append(true).open(workbook.src().join("s1_observe.rs")).unwrap();
    file.set_modified(old).unwrap();
    assert_eq!(workbook.run(&["check", "k02", "--step", "1"]).code, 1);
}

#[test]
fn json_of_verify_is_as_documented() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["verify", "k02", "--only", "check-then-debit", "--json"]);
    assert_eq!(ran.code, 0, "{ran}");
    let json = ran.json();
    assert_eq!(json["schema"], "trece-verify/v1");
    assert_eq!(json["passed"], 1);
    assert_eq!(json["failed"], 0);
    let trap = &json["katas"][0]["traps"][0];
    assert_eq!(trap["name"], "check-then-debit");
    assert_eq!(trap["caught"], true);
    assert_eq!(trap["expected"], trap["failed"]);
}

#[test]
fn verify_finds_a_trap_that_gets_through() {
    let workbook = Workbook::fresh();
    let trap = workbook.solutions().join("traps/check-then-debit/s2_lock.rs");
    fs::copy(workbook.solutions().join("reference/s2_lock.rs"), &trap).unwrap();
    let ran = workbook.run(&["verify", "k02", "--only", "check-then-debit"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("0 passed, 1 failed"), "{ran}");
}

#[test]
fn verify_never_reads_the_learners_code() {
    let workbook = Workbook::fresh();
    workbook.write("s2_lock.rs", "this is not Rust");
    let ran = workbook.run(&["verify", "k02", "--only", "check-then-debit"]);
    assert_eq!(ran.code, 0, "{ran}");
}
