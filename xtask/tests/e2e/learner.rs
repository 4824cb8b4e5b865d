//! The way through a kata: board, first failure, solving, hints, skipping, reading on.

use crate::workbook::Workbook;

#[test]
fn a_fresh_clone_says_where_to_begin() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&[]);
    assert_eq!(ran.code, 0, "{ran}");
    insta::assert_snapshot!("board_fresh", ran.out);
}

#[test]
fn the_first_check_ends_in_a_failing_test() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["check"]);
    assert_eq!(ran.code, 1, "{ran}");
    insta::assert_snapshot!("check_fresh", ran.out);
}

#[test]
fn solving_step_by_step() {
    let workbook = Workbook::fresh();
    workbook.solve("s1_observe.rs");
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.says("step 1 of 7: See it break"), "{ran}");
    assert!(ran.says("Next:  k02 Balance race, step 2: One lock"), "{ran}");

    // The next step is chosen by itself; it is still a stub.
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("step 2 of 7") && ran.says("Not written yet"), "{ran}");

    workbook.solve("s2_lock.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);

    // A step that held and is broken since keeps the next one from being marked.
    workbook.solve("s3_bank.rs");
    let stub = std::fs::read_to_string(workbook.kata().join("stub/s1_observe.rs")).unwrap();
    workbook.write("s1_observe.rs", &stub);
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("step 1, which held before, fails now"), "{ran}");
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
    assert!(workbook.run(&[]).says("k02 Balance race                 ●●●○ +3"));

    // The core is done: what comes next is another kata, and this one goes further.
    workbook.solve("s4_actor.rs");
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.says("Next:  k00 Orders, step 1"), "{ran}");
    assert!(ran.says("cargo xtask check k02    its deep steps, if you like"), "{ran}");
}

#[test]
fn what_the_code_prints_is_shown_from_its_first_line() {
    let workbook = Workbook::fresh();
    let stub = std::fs::read_to_string(workbook.kata().join("stub/s2_lock.rs")).unwrap();
    let prints = "println!(\"running {cents}\"); println!(\"test two\");\n        todo!(\"what";
    workbook.write("s2_lock.rs", &stub.replacen("todo!(\"what", prints, 1));
    let ran = workbook.run(&["check", "k02", "--step", "2"]);
    assert_eq!(ran.code, 1, "{ran}");
    let (_, printed) = ran.out.split_once("  It printed:\n").expect("it is said");
    assert!(printed.starts_with("  running 100\n  test two\n\n"), "{ran}");
}

#[test]
fn a_lost_update_is_shown_with_its_schedule_and_named() {
    let workbook = Workbook::fresh();
    workbook.lay_trap("check-then-debit");
    let ran = workbook.run(&["check", "k02", "--step", "2"]);
    assert_eq!(ran.code, 1, "{ran}");
    insta::assert_snapshot!("check_then_debit", ran.out);

    // What the line Replay says shows it again; the timeline lies there for other programs.
    let replay =
        ran.out.lines().find_map(|l| l.trim().strip_prefix("Replay")).expect("a replay line");
    let code = replay.trim().strip_prefix("cargo xtask replay ").expect("a command");
    let again = workbook.run(&["replay", code]);
    assert_eq!(again.code, 1, "{again}");
    let rows = |out: &str| {
        out.lines().filter(|l| l.starts_with("  1   ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rows(&again.out), rows(&ran.out));
    let json = workbook.run(&["check", "k02", "--step", "2", "--json"]).json();
    let failing = json["katas"][0]["steps"][0]["tests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["timeline"].is_string())
        .expect("a timeline");
    let path = failing["timeline"].as_str().unwrap();
    assert!(std::fs::read_to_string(path).unwrap().contains("trece-timeline/v1"));
}

#[test]
fn a_deadlock_is_told_as_one() {
    let workbook = Workbook::fresh();
    workbook.lay_trap("argument-order");
    let ran = workbook.run(&["check", "k02", "--step", "3"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("Deadlock"), "{ran}");
    insta::assert_snapshot!("check_deadlock", ran.out);
}

#[test]
fn hints_come_one_by_one_and_open_the_solution() {
    let workbook = Workbook::fresh();
    let locked = workbook.run(&["solution", "k02", "--step", "2"]);
    assert_eq!(locked.code, 1, "{locked}");
    assert!(locked.err.contains("--give-up"), "{locked}");
    for level in ["(1 of 3)", "(2 of 3)", "(3 of 3)"] {
        let ran = workbook.run(&["hint", "k02", "--step", "2"]);
        assert!(ran.code == 0 && ran.says(level), "{ran}");
    }
    let open = workbook.run(&["solution", "k02", "--step", "2"]);
    assert!(open.code == 0 && open.says("impl Account for LockAccount"), "{open}");
    assert!(workbook.run(&["list"]).says("One lock (solution read)"));
    let given = workbook.run(&["solution", "k02", "--step", "3", "--give-up"]);
    assert!(given.code == 0 && given.says("impl Bank"), "{given}");
}

#[test]
fn skipping_is_owed() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["skip", "k02"]);
    assert!(ran.code == 0 && ran.says("step 1: See it break"), "{ran}");
    let board = workbook.run(&[]);
    assert!(board.says("Owed: k02 step 1: See it break"), "{board}");
    assert!(workbook.run(&["next"]).says("step 2: One lock"));
}

#[test]
fn reset_keeps_the_work() {
    let workbook = Workbook::fresh();
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
    let ran = workbook.run(&["reset", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");
    let backup = ran.out.split_whitespace().find(|w| w.contains(".trece/backup/")).expect("a path");
    let kept = workbook.root.join(backup.trim_end_matches('.')).join("s1_observe.rs");
    let reference = workbook.solutions().join("reference/s1_observe.rs");
    assert_eq!(std::fs::read(kept).unwrap(), std::fs::read(reference).unwrap());
    assert_eq!(workbook.run(&["check", "k02"]).code, 1);
}

#[test]
fn spanish_from_the_first_word() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["check", "--lang", "es"]);
    insta::assert_snapshot!("check_fresh_es", ran.out);
    let by_locale = workbook.command(&[]).env("LANG", "es_EC.UTF-8").output().unwrap();
    assert!(String::from_utf8(by_locale.stdout).unwrap().contains("Todavía no se cumple nada"));
}
