//! Who passes, who fails, who left.

use protocol::Status;

use crate::child::{graded, run};

#[test]
fn a_body_that_returns_has_its_receipt() {
    graded("fixtures::endings::returns").passed();
    graded("fixtures::endings::returns_async").passed();
    graded("fixtures::endings::returns_paused").passed();
}

#[test]
fn an_assertion_is_told_as_it_was_written() {
    let ended = graded("fixtures::endings::asserts");
    let outcome = ended.failed(Status::Fail, "sums\nare exact\n  left: 2\n right: 3");
    let place = outcome.place.as_ref().unwrap();
    assert_eq!(place.file, "katas/lab/suite/tests/e2e/fixtures.rs");
    assert!(place.line > 1);
    assert!(!ended.stderr.contains("panicked at"), "the runner tells it: {}", ended.stderr);
}

#[test]
fn leaving_in_the_middle_is_no_pass() {
    for fixture in ["exits", "exits_in_a_thread"] {
        let ended = graded(&format!("fixtures::endings::{fixture}"));
        ended.left();
        assert_eq!(ended.code, Some(0), "libtest alone would have believed it");
    }
    graded("fixtures::endings::aborts").left();
}

#[test]
fn a_panic_while_unwinding_leaves_the_first_behind() {
    let ended = graded("fixtures::endings::panics_twice");
    assert_eq!(ended.receipt, None);
    assert_eq!(ended.outcome.unwrap().message, "the first");
}

#[test]
fn what_is_missing_is_not_verified() {
    graded("fixtures::endings::is_not_verified").failed(Status::NotVerified, "no broker answers");
}

#[test]
fn the_labs_own_outcome_is_kept_whole() {
    let ended = graded("fixtures::endings::fails_with_a_timeline");
    let outcome = ended.failed(Status::Fail, "a lost update");
    assert_eq!(outcome.timeline.as_ref().unwrap().rows[0].text, "load → 100");
}

#[test]
fn an_explorer_completes_the_outcome() {
    let ended = graded("fixtures::endings::is_narrated");
    let outcome = ended.failed(Status::Fail, "a lost update\n(round 3)");
    assert_eq!(outcome.replay.as_deref(), Some("A.B"));
}

#[test]
fn unwritten_code_fails_even_if_caught() {
    let not_yet = "not yet implemented";
    graded("fixtures::panics::todo").failed(Status::Fail, "not yet implemented: the lock");
    graded("fixtures::panics::todo_caught").failed(Status::Fail, not_yet);
    graded("fixtures::panics::todo_in_a_thread").failed(Status::Fail, not_yet);
    graded("fixtures::panics::unimplemented_in_a_task").failed(Status::Fail, "not implemented");
}

#[test]
fn a_panic_elsewhere_fails_the_test() {
    let task = "the job broke\nThis panic was in a spawned task.";
    graded("fixtures::panics::in_a_task").failed(Status::Fail, task);
    graded("fixtures::panics::in_a_task_unwrapped").failed(Status::Fail, task);
    let thread = "the thread broke\nThis panic was on another thread.";
    graded("fixtures::panics::in_a_thread").failed(Status::Fail, thread);
    graded("fixtures::panics::resumed").failed(Status::Fail, "resumed");
}

#[test]
fn a_panic_that_the_suite_observes_does_not() {
    graded("fixtures::panics::caught").passed();
    graded("fixtures::panics::expected").passed();
}

#[test]
fn garbage_instead_of_a_request_is_named() {
    for garbage in ["", "garbage", "{}"] {
        let ended = run("fixtures::endings::returns", Some(garbage), &["--exact", "--nocapture"]);
        assert_eq!(ended.code, Some(101), "{ended:?}");
        let told = "TRECE_REQUEST is set, but standard input holds no request";
        assert!(ended.stderr.contains(told), "{ended:?}");
    }
}

#[test]
fn without_a_request_the_failure_is_printed() {
    let ended = run("fixtures::endings::fails_with_a_timeline", None, &["--exact"]);
    assert_eq!(ended.code, Some(101), "{ended:?}");
    assert!(ended.stdout.contains("fixtures::endings::fails_with_a_timeline (fail)"), "{ended:?}");
    assert!(ended.stdout.contains("  1   load → 100\n"), "{ended:?}");
}

#[test]
fn without_a_request_tests_of_one_process_do_not_meet() {
    let ended = run("fixtures::panics::", None, &[]);
    assert!(ended.stdout.contains("2 passed; 8 failed"), "{ended:?}");
}

#[test]
fn a_request_grades_one_test() {
    let dir = env!("CARGO_TARGET_TMPDIR");
    let request =
        format!(r#"{{"schema":"trece-request/v1","token":"t","dir":"{dir}/no","seed":1}}"#);
    let ended = run("fixtures::panics::", Some(&request), &["--nocapture"]);
    assert!(ended.stderr.contains("one request grades one test"), "{ended:?}");
}
