//! `check --format junit`: what a pipeline shows of a verdict.

use crate::workbook::{Ran, Workbook};

/// How often a text occurs.
fn count(ran: &Ran, text: &str) -> usize {
    ran.out.matches(text).count()
}

#[test]
fn a_pipeline_reads_the_verdict_as_junit() {
    let workbook = Workbook::fresh();
    let tree = workbook.tree_of(Some("check-then-debit"));
    let tree = tree.to_str().unwrap();
    let ran =
        workbook.run(&["check", "k02", "--step", "2", "--format", "junit", "--submission", tree]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(
        ran.out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"),
        "{ran}"
    );
    assert_eq!(count(&ran, "<testcase classname=\"k02\""), 10, "{ran}");
    assert!(ran.says("tests=\"10\" failures=\"1\" errors=\"0\" skipped=\"0\""), "{ran}");
    assert_eq!(count(&ran, "<failure message="), 1, "{ran}");
    // The behaviour, what happened, and the timeline, which is what a student learns from.
    assert!(ran.says("only money that is there is paid out"), "{ran}");
    assert!(ran.says("lock → 100"), "{ran}");
    assert!(!ran.says("\u{1b}"), "{ran}");
}

#[test]
fn what_does_not_build_is_a_report_too() {
    let workbook = Workbook::fresh();
    workbook.write("s2_lock.rs", "fn broken( -> Vec<u8> {");
    let ran = workbook.run(&["check", "k02", "--step", "2", "--format", "junit"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("type=\"build_failed\""), "{ran}");
    assert!(ran.says("<system-err>error"), "{ran}");
    workbook.write("s2_lock.rs", "pub fn f() { unsafe {} }");
    let ran = workbook.run(&["check", "k02", "--step", "2", "--format", "junit"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("type=\"refused\""), "{ran}");
    assert!(ran.says("s2_lock.rs:1"), "{ran}");

    let ran = workbook.run(&["check", "k02", "--format", "tap"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("there is no format `tap`"), "{ran}");
}
