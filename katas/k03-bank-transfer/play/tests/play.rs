//! The program as the runner calls it, on whatever the learner's tree holds: a step that is not
//! written is said to be. Without PostgreSQL it says so and fails.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn play(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_k03-play"))
        .args(args)
        .env("LC_ALL", "C")
        .env_remove("TRECE_LANG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // It may have ended before it has read everything.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What is played, where there is a PostgreSQL and the step is written; nothing otherwise, and that
/// must have been said.
fn played(args: &[&str], input: &str) -> Option<String> {
    let output = play(args, input);
    let said = said(&output);
    if output.status.success() {
        return Some(said);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(!why.is_empty() || said.contains("is not written yet"), "{said}");
    None
}

#[test]
fn both_columns_grow_until_the_end() {
    let Some(said) = played(&[], "3\n1\na\nb\naaaaaaaaaaaa\nm\n2\n1\nq\n") else { return };
    assert!(said.contains("A: 30 from 1 to 2                    B: 50 from 1 to 3"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn one_after_the_other_is_fine_and_has_a_code() {
    // As many statements as anybody needs; those that are too many are said to be.
    let lots = ["a"; 12].join("\n") + "\n" + &["b"; 12].join("\n");
    let Some(said) = played(&["--plain"], &format!("3\n1\n{lots}\nq\n")) else { return };
    assert!(said.contains("Nothing is wrong with this order."), "{said}");
    let code = said.split("Replay code: ").nth(1).expect("a code");
    let code = code.split(". Type").next().expect("a code");
    assert!(said.contains(&format!("conserved_in_every_interleaving@{code}")), "{said}");
    // The code alone is the same schedule.
    let again = played(&["--plain"], &format!("3\n1\n{code}\nq\n")).expect("it can be played");
    assert!(again.contains(&format!("Replay code: {code}.")), "{again}");
    assert!(again.contains("total 100"), "{again}");
    assert!(!again.contains(['→', '\u{1b}']), "{again}");
}

#[test]
fn a_lost_connection_is_offered_and_taken() {
    let Some(said) = played(&[], "2\n5\na!1\nq\n") else { return };
    assert!(said.contains("a!1"), "{said}");
    assert!(said.contains("the connection is cut before it"), "{said}");
    assert!(said.contains("Replay code: A!1."), "{said}");
}

#[test]
fn undo_takes_the_last_move_back() {
    let Some(said) = played(&[], "3\n2\na\nu\nu\nx\nz9\nq\n") else { return };
    assert!(said.contains("Nobody has moved yet."), "{said}");
    assert!(said.contains("“x” is not understood."), "{said}");
    assert_eq!(said.matches("Replay code").count(), 0, "{said}");
}

#[test]
fn moves_that_are_too_many_are_counted() {
    let Some(said) = played(&["--plain"], "3\n5\na99\nq\n") else { return };
    assert!(!said.contains("cannot move here"), "the schedule is over: {said}");
    let Some(said) = played(&["--plain"], "3\n1\na99\nq\n") else { return };
    assert!(said.contains("A cannot move here: "), "{said}");
    assert!(said.contains(" of the 99 moves are made."), "{said}");
}

#[test]
fn ends_with_its_input() {
    for input in ["", "q\n", "9\nq\n", "3\nq\n", "3\n6\nq\n"] {
        let output = play(&["--lang", "es"], input);
        let said = said(&output);
        assert!(output.status.success() != said.is_empty(), "{input}: {said}");
        assert!(said.is_empty() || said.contains("¿Tu código de qué paso?"), "{said}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    for args in [&["--fast"][..], &["--lang", "fr"]] {
        let output = play(args, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(args[0]));
    }
    assert_eq!(play(&["--help"], "").status.code(), Some(0));
}
