//! What never ends is told as what it is, and what is left over by its place.

use protocol::Status;

use crate::child::graded;

const HERE: &str = " × spawned at katas/lab/suite/tests/e2e/fixtures.rs:";

/// Places are known only with tokio's unstable hooks.
#[track_caller]
fn places(message: &str, counts: &[usize]) {
    if cfg!(tokio_unstable) {
        let lines = message.lines().filter(|l| l.contains(HERE));
        let found: Vec<_> = lines.map(|l| l.trim().split_once(HERE).unwrap().0).collect();
        let counts: Vec<_> = counts.iter().map(ToString::to_string).collect();
        assert_eq!(found, counts, "{message}");
    } else {
        assert!(message.contains("place unknown"), "{message}");
    }
}

#[test]
fn an_executor_that_is_blocked() {
    let ended = graded("fixtures::stuck::executor_blocked");
    let outcome = ended.failed(Status::Stuck, "The executor has not polled any task for 2 s");
    places(&outcome.message, &[1]);
}

#[test]
fn threads_in_a_deadlock() {
    let told =
        "It did not return within 1 s: it waits for something that never comes, or it loops.";
    graded("fixtures::stuck::threads_deadlock").failed(Status::Stuck, told);
}

#[test]
fn pulses_do_not_keep_a_plain_test_alive() {
    graded("fixtures::stuck::pulses_for_ever").failed(Status::Stuck, "did not return within 1 s");
}

#[test]
fn the_deadline_of_an_exploration_is_one_without_progress() {
    graded("fixtures::stuck::explores_for_long").passed();
    graded("fixtures::stuck::explores_nothing").failed(Status::Stuck, "did not return within 1 s");
}

#[test]
fn a_deadlock_in_virtual_time() {
    let ended = graded("fixtures::stuck::virtual_deadlock");
    let outcome = ended.failed(
        Status::Stuck,
        "Every task waits and no timer is pending: nobody will ever wake them.",
    );
    places(&outcome.message, &[1]);
}

#[test]
fn a_deadlock_beside_a_ticker() {
    let ended = graded("fixtures::stuck::virtual_deadlock_beside_a_ticker");
    let outcome = ended.failed(Status::Stuck, "for three days of virtual time");
    places(&outcome.message, &[1]);
}

#[test]
fn a_livelock() {
    let told = "It spins: for 1 s it keeps running without waiting for anything.";
    graded("fixtures::stuck::yield_livelock").failed(Status::Stuck, told);
    graded("fixtures::stuck::livelock_of_a_task").failed(Status::Stuck, told);
}

#[test]
fn waiting_on_the_real_clock() {
    graded("fixtures::stuck::waits_for_ever").failed(Status::Stuck, "did not return within 1 s");
}

#[test]
fn blocking_work_that_lingers() {
    let ended = graded("fixtures::stuck::blocking_work_lingers");
    ended.failed(Status::Stuck, "The test is over, but its runtime does not end");
}

#[test]
fn tasks_that_outlive_the_test() {
    let ended = graded("fixtures::leaks::three_tasks");
    let told = "3 tasks are still alive after the test is over:";
    let outcome = ended.failed(Status::Fail, told);
    places(&outcome.message, &[2, 1]);
    assert_eq!(outcome.place.is_some(), cfg!(tokio_unstable));
}

#[test]
fn a_task_that_outlives_the_test_on_the_real_clock() {
    let ended = graded("fixtures::leaks::on_the_real_clock");
    let outcome = ended.failed(Status::Fail, "1 task is still alive after the test is over:");
    places(&outcome.message, &[1]);
}
