//! What goes wrong: code that hangs, exits or does not compile; damaged files; interruptions.

use std::fs;
use std::time::{Duration, Instant};

use crate::workbook::Workbook;

#[test]
fn exit_is_a_failure() {
    let workbook = Workbook::fresh();
    let stub = fs::read_to_string(workbook.src().join("s1_observe.rs")).unwrap();
    workbook.write("s1_observe.rs", &replace_todo(&stub, "std::process::exit(0)"));
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("ended the whole process"), "{ran}");
}

#[test]
fn an_endless_loop_is_told_by_the_lab() {
    let workbook = Workbook::fresh();
    let stub = fs::read_to_string(workbook.src().join("s1_observe.rs")).unwrap();
    workbook.write("s1_observe.rs", &replace_todo(&stub, "loop { std::hint::black_box(()); }"));
    let json = workbook.run(&["check", "k02", "--json"]).json();
    assert_eq!(json["katas"][0]["status"], "stuck", "{json:#}");
}

#[test]
fn a_compile_error_is_cargos_own() {
    let workbook = Workbook::fresh();
    workbook.write("s1_observe.rs", "pub fn losing_schedule() -> Vec<k02_given::Who> { 3 }\n");
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("error[E0308]: mismatched types"), "{ran}");
    assert!(ran.says("does not compile"), "{ran}");
}

#[test]
fn a_changed_signature_is_not_mended_in_a_test() {
    let workbook = Workbook::fresh();
    workbook.write(
        "s1_observe.rs",
        "pub fn losing_schedule(_: u8) -> Vec<k02_given::Who> { vec![] }\n",
    );
    let ran = workbook.run(&["check", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("Compare with katas/k02-balance-race/stub/s1_observe.rs"), "{ran}");
    assert!(ran.says("Edit      katas/k02-balance-race/src/s1_observe.rs"), "{ran}");
}

#[test]
fn what_goes_round_the_tests_is_refused() {
    let workbook = Workbook::fresh();
    workbook.write("s2_lock.rs", "use std::sync::Mutex;\npub struct LockAccount(Mutex<u64>);\n");
    let ran = workbook.run(&["check", "k02", "--step", "2"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("s2_lock.rs:1") && ran.says("crate::sync"), "{ran}");
}

#[test]
fn progress_that_is_gone_or_damaged() {
    let workbook = Workbook::fresh();
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
    let path = workbook.root.join(".trece/progress.toml");

    for damage in ["schema = \"trece-progress/v9\"\n", "\u{0}garbage [[", "schema = 3"] {
        fs::write(&path, damage).unwrap();
        let ran = workbook.run(&[]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(ran.err.contains("progress.toml.aside"), "{ran}");
        assert!(ran.says("Nothing passes yet"), "{ran}");
    }
    let kept = fs::read_dir(workbook.root.join(".trece")).unwrap().map(Result::unwrap);
    let aside = kept.filter(|e| e.file_name().to_string_lossy().contains("aside")).count();
    assert_eq!(aside, 3, "every damaged file is kept");

    fs::remove_dir_all(workbook.root.join(".trece")).unwrap();
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
}

#[test]
fn a_changed_suite_asks_for_a_recheck() {
    let workbook = Workbook::fresh();
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
    let suite = workbook.kata().join("tests/suite/s1_observe.rs");
    let source = fs::read_to_string(&suite).unwrap();
    fs::write(&suite, format!("{source}\n// newer\n")).unwrap();
    assert!(workbook.run(&[]).says("Check again: k02 step 1"));
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
    assert!(!workbook.run(&[]).says("Check again"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing_broken() {
    use std::os::unix::process::CommandExt;

    let workbook = Workbook::fresh();
    let stub = fs::read_to_string(workbook.src().join("s1_observe.rs")).unwrap();
    let endless = replace_todo(&stub, "loop { std::hint::black_box(()); }");
    workbook.write("s1_observe.rs", &endless);
    let mut child = workbook.command(&["check", "k02"]).process_group(0).spawn().unwrap();
    // The test runs as soon as its folder is there.
    let scratch = workbook.root.join("target/trece");
    let runs = || {
        let entries = fs::read_dir(&scratch).into_iter().flatten().flatten();
        entries.filter(|e| e.file_name().to_string_lossy().starts_with("run-")).count()
    };
    let before = runs();
    let patience = Instant::now() + Duration::from_secs(120);
    while runs() == before && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    let group = format!("-{}", child.id());
    let killed = std::process::Command::new("kill").args(["-INT", "--", &group]).status().unwrap();
    assert!(killed.success());
    assert!(!child.wait().unwrap().success());
    // Nobody of the group is left.
    let patience = Instant::now() + Duration::from_secs(10);
    let alive = || {
        let signal = std::process::Command::new("kill").args(["-0", "--", &group]).output();
        signal.unwrap().status.success()
    };
    while alive() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!alive(), "a process of the interrupted run is still there");
    workbook.solve("s1_observe.rs");
    assert_eq!(workbook.run(&["check", "k02"]).code, 0);
}

#[test]
fn eighty_columns_without_colour() {
    let workbook = Workbook::fresh();
    for arguments in
        [&[][..], &["check"], &["list"], &["hint"], &["check", "--lang", "es"], &["--help"]]
    {
        let ran = workbook.run(arguments);
        for line in ran.out.lines() {
            assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
            assert!(!line.contains('\u{1b}'), "a pipe has no colours: {line}");
        }
    }
    let forced = workbook.command(&[]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8(forced.stdout).unwrap().contains('\u{1b}'));
    let none =
        workbook.command(&[]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!String::from_utf8(none.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn plain_is_sentences() {
    let workbook = Workbook::fresh();
    workbook.lay_trap("check-then-debit");
    let ran = workbook.run(&["check", "k02", "--step", "2", "--plain"]);
    assert!(ran.says("Row 1, A: "), "{ran}");
    for sign in ['✗', '✓', '○', '●', '→', '←', '▶'] {
        assert!(!ran.out.contains(sign), "{sign} in\n{ran}");
    }
}

#[test]
fn wrong_usage_is_two() {
    let workbook = Workbook::fresh();
    for arguments in [
        &["chekc"][..],
        &["check", "k77"],
        &["check", "--step", "99"],
        &["check", "--submission", "nowhere"],
        &["check", "--lang", "xx"],
        &["verify", "--shard", "5/4"],
        &["replay", "k02:nothing"],
        &["completions", "tcsh"],
    ] {
        let ran = workbook.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran}");
        assert!(ran.out.is_empty() && !ran.err.trim().is_empty(), "{arguments:?}: {ran}");
    }
    let elsewhere = workbook.command(&[]).current_dir(std::env::temp_dir()).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
}

#[test]
fn works_from_any_folder() {
    let workbook = Workbook::fresh();
    let inside =
        workbook.command(&["check", "k02", "--json"]).current_dir(workbook.src()).output().unwrap();
    let json = jzon::parse(&String::from_utf8(inside.stdout).unwrap()).unwrap();
    assert_eq!(json["katas"][0]["id"], "k02");
}

/// The stub with its first `todo!` replaced.
fn replace_todo(stub: &str, expression: &str) -> String {
    let start = stub.find("todo!(").expect("a stub");
    let end = start + stub[start..].find(')').expect("its end") + 1;
    format!("{}{expression}{}", &stub[..start], &stub[end..])
}
