//! The repository that students get: `check` works in it as in the full one, and no answer is there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workbook::{Ran, Workbook};

/// A course's repository, made by the command itself; always in the same place, so that cargo
/// builds its dependencies once.
fn exported(workbook: &Workbook) -> PathBuf {
    // What an instructor has lying about.
    workbook.solve("s1_observe.rs");
    fs::write(workbook.root.join("marks.csv"), "alice,7").unwrap();
    let to = workbook.root.join("target/students/repository");
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(to.join(".git")).unwrap();
    let ran = workbook.run(&["export", "--to", to.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran}");
    fs::remove_file(workbook.root.join("marks.csv")).unwrap();
    to
}

/// The runner in the export, over the dependencies that the copy has built already.
fn run(workbook: &Workbook, students: &Path, arguments: &[&str]) -> Ran {
    let mut command = workbook.command(arguments);
    // What is asked here must not reach for the network, nor edit the lock file.
    command.current_dir(students).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TARGET_DIR", workbook.root.join("target/students/target"));
    command.output().expect("the runner starts").into()
}

#[test]
fn students_work_as_in_the_full_workbook() {
    let workbook = Workbook::fresh();
    let students = exported(&workbook);
    let lock = fs::read(students.join("Cargo.lock")).unwrap();

    let ran = run(&workbook, &students, &["check", "k02", "--step", "1"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("Not written yet"), "{ran}");
    // What is known of wrong answers came along, and no wrong answer did.
    let trap = workbook.solutions().join("traps/one-after-the-other/s1_observe.rs");
    fs::copy(trap, students.join("katas/k02-balance-race/src/s1_observe.rs")).unwrap();
    let ran = run(&workbook, &students, &["check", "k02", "--step", "1"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("so any order of them loses money"), "{ran}");
    let reference = workbook.solutions().join("reference/s1_observe.rs");
    fs::copy(reference, students.join("katas/k02-balance-race/src/s1_observe.rs")).unwrap();
    let ran = run(&workbook, &students, &["check", "k02", "--step", "1"]);
    assert_eq!(ran.code, 0, "{ran}");

    for level in ["Symptom", "Mechanism", "Sketch"] {
        let ran = run(&workbook, &students, &["hint", "k02", "--step", "2"]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(ran.says(level), "{ran}");
        assert!(!ran.says("cargo xtask solution"), "{ran}");
    }
    let ran = run(&workbook, &students, &["solution", "k02", "--step", "2", "--give-up"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.err.contains("There are no solutions here"), "{ran}");
    let ran = run(&workbook, &students, &["verify", "k02"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.err.contains("There is nothing to prove here"), "{ran}");
    let ran = run(&workbook, &students, &["reset", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");

    // The lock file fits the workspace as it was written.
    let locked = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .current_dir(&students)
        .output()
        .unwrap();
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    assert_eq!(fs::read(students.join("Cargo.lock")).unwrap(), lock);
}

#[test]
fn no_answer_reaches_the_students() {
    let workbook = Workbook::fresh();
    let students = exported(&workbook);
    for gone in ["solutions-hidden", ".trece", ".ci", "target", "marks.csv", "xtask/tests"] {
        assert!(!students.join(gone).exists(), "{gone}");
    }
    let kata = students.join("katas/k02-balance-race");
    let stub = fs::read(kata.join("stub/s1_observe.rs")).unwrap();
    assert_eq!(fs::read(kata.join("src/s1_observe.rs")).unwrap(), stub);

    // No file of an answer is there under another name either.
    let mut given = Vec::new();
    let mut todo = vec![students.clone()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                todo.push(entry.path());
            } else {
                given.push(fs::read(entry.path()).unwrap());
            }
        }
    }
    for kata in fs::read_dir(workbook.root.join("solutions-hidden")).unwrap().map(Result::unwrap) {
        let mut answers = vec![kata.path()];
        while let Some(dir) = answers.pop() {
            for file in fs::read_dir(dir).unwrap().map(Result::unwrap) {
                if file.path().is_dir() {
                    answers.push(file.path());
                // lib.rs names the steps and holds no answer.
                } else if file.file_name() != "lib.rs"
                    && file.path().extension().is_some_and(|e| e == "rs")
                {
                    let answer = fs::read(file.path()).unwrap();
                    assert!(!given.contains(&answer), "{}", file.path().display());
                }
            }
        }
    }
}

#[test]
fn an_export_writes_over_nothing() {
    let workbook = Workbook::fresh();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine.txt"), "mine").unwrap();
    let ran = workbook.run(&["export", "--to", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("mine.txt"), "{ran}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert_eq!(workbook.run(&["export"]).code, 2);
}
