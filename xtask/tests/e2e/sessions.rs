//! Schedules of sessions on a real PostgreSQL. Judged only where there is one.

use crate::workbook::{Ran, Workbook};

/// The rows of the timeline: lines that begin with a number.
fn rows(ran: &Ran) -> Vec<&str> {
    let numbered = |line: &&str| {
        let line = line.trim_start();
        line.split_once(' ').is_some_and(|(n, _)| n.parse::<u32>().is_ok())
    };
    ran.out.lines().filter(numbered).collect()
}

#[test]
fn a_schedule_of_sessions_is_run_again() {
    if let Err(missing) = protocol::postgres::find(None) {
        eprintln!("not verified: {missing}");
        return;
    }
    let workbook = Workbook::fresh();
    workbook.stub_of("k03");
    workbook.lay_trap_of("k03", "computed-in-the-application");
    let ran = workbook.run(&["check", "k03", "--step", "3"]);
    assert_eq!(ran.code, 1, "{ran}");
    let replay =
        ran.out.lines().find_map(|l| l.trim().strip_prefix("Replay")).expect("a replay line");
    let code = replay.trim().strip_prefix("cargo xtask replay ").expect("a command");
    let (test, schedule) = code.split_once('@').expect("a schedule");
    assert!(schedule.contains('.'), "{code}");

    let again = workbook.run(&["replay", code]);
    assert_eq!(again.code, 1, "{again}");
    assert!(rows(&again).len() > 6, "{again}");
    assert_eq!(rows(&again), rows(&ran), "{again}");

    // One after the other nothing breaks: it is shown, and it is no verdict.
    let holds = workbook.run(&["replay", &format!("{test}@A")]);
    assert_eq!(holds.code, 0, "{holds}");
    assert!(holds.says("Nothing is wrong with this schedule"), "{holds}");
    assert!(rows(&holds).len() > 6, "{holds}");
    assert!(!workbook.root.join(".trece").exists() || !workbook.run(&[]).says("●"), "{holds}");

    let misfit = workbook.run(&["replay", &format!("{test}@A99")]);
    assert_eq!(misfit.code, 1, "{misfit}");
    assert!(misfit.says("A cannot move here, only B"), "{misfit}");
}
