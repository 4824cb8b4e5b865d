//! Explorations of several processes at once, and one schedule of one of them.

use protocol::Status;

use crate::process::{Process, fixture};
use crate::suites::{graded, replayed};

fn explorer() -> Process {
    let me = std::env::current_exe().expect("this binary has a path");
    Process::start(&mut fixture(&me, "explores"))
}

#[test]
fn processes_that_explore_at_once_see_the_same_schedules() {
    let mut processes: Vec<Process> = (0..3).map(|_| explorer()).collect();
    for process in &mut processes {
        assert_eq!(process.says(), "ready");
    }
    processes.iter_mut().for_each(Process::go_on);
    let said: Vec<Vec<String>> =
        processes.iter_mut().map(|p| (0..10).map(|_| p.says()).collect()).collect();
    processes.into_iter().for_each(Process::release);
    println!("{}\n{}", said[0][0], said[0][9]);
    for level in 0..2 {
        let first = &said[0][5 * level];
        let mut all = said.iter().flat_map(|said| &said[5 * level..5 * level + 5]);
        assert!(all.all(|said| said == first), "{said:#?}");
    }
}

#[test]
fn explorations_of_a_test_hand_their_sessions_on() {
    let passed = graded("explores_on_the_same_session", |_| {});
    let said = passed.outcome.map(|outcome| outcome.message);
    assert!(passed.receipt, "{said:?}");
}

#[test]
fn a_replay_code_is_of_one_exploration_of_the_test() {
    let failed = graded("explores_twice", |_| {});
    let outcome = failed.outcome.expect("an outcome");
    assert_eq!(outcome.status, Status::Fail);
    let code = outcome.replay.clone().expect("a replay code");
    assert!(code.ends_with("~2"), "{code}");

    let again = replayed("explores_twice", &code);
    assert!(!again.receipt, "one schedule is no verdict");
    assert_eq!(again.outcome.expect("an outcome").timeline, outcome.timeline);

    // A alone, then B: of the first exploration, of the second, and of one that there is not.
    for (code, lanes) in [("A", 3), ("A~2", 2)] {
        let holds = replayed("explores_twice", code);
        assert_eq!((holds.code, holds.receipt), (Some(101), false));
        let outcome = holds.outcome.expect("an outcome");
        assert_eq!(outcome.status, Status::Pass, "{}", outcome.message);
        let timeline = outcome.timeline.expect("what happened");
        assert_eq!(timeline.lanes.len(), lanes);
        assert!(timeline.rows.len() > 4, "{timeline:?}");
    }
    let bad = replayed("explores_twice", "A.X").outcome.expect("an outcome");
    assert_eq!(bad.status, Status::Fail);
    assert!(bad.message.contains("there is no lane X"), "{}", bad.message);
}
