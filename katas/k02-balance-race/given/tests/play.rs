//! Drives the `k02-play` program as a learner and as the runner would.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn play(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_k02-play"))
        .args(args)
        .env("LC_ALL", "C")
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

fn scratch(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&file);
    file
}

#[test]
fn a_losing_schedule_becomes_the_answer() {
    let file = scratch("losing");
    let output = play(&["--answer", file.to_str().expect("UTF-8")], "a\nb\nab\nab\n");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("paid out 140"), "{said}");
    assert!(said.contains("vec![Who::A, Who::B, Who::A, Who::B, Who::A, Who::B]"), "{said}");
    assert_eq!(std::fs::read_to_string(file).expect("the answer"), "A\nB\nA\nB\nA\nB\n");
}

#[test]
fn what_was_undone_is_no_part_of_the_answer() {
    let file = scratch("undone");
    let output = play(&["--answer", file.to_str().expect("UTF-8")], "aaa r ab u bb aaab");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(file).expect("the answer"), "A\nB\nB\nA\nA\nB\n");
}

#[test]
fn a_harmless_order_is_no_answer() {
    let file = scratch("harmless");
    for input in ["aaabb", "aaabbq", "q", ""] {
        let output = play(&["--answer", file.to_str().expect("UTF-8")], input);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(!file.exists());
    }
}

#[test]
fn plain_is_sentences_without_a_drawing() {
    let output = play(&["--plain"], "a\na\na\na\nx\nb\nb\n");
    let said = said(&output);
    assert!(said.contains("B checks: 30 is not enough. Refused. Balance 30, paid out 70."));
    assert!(said.contains("A has finished and has no line left."), "{said}");
    assert!(!said.contains(['→', '\u{1b}']), "{said}");
}

#[test]
fn plain_tells_the_program_once_and_what_was_taken_back() {
    for (lang, program, back) in [
        ("en", "3  balance = seen - 70; pay 70", "Taken back: A is at line 3 again."),
        ("es", "3  balance = seen - 70; pagar 70", "Deshecho: A está otra vez en la línea 3."),
    ] {
        let said = said(&play(&["--plain", "--lang", lang], "aaa\nu\nu\n"));
        assert_eq!(said.matches(program).count(), 1, "{said}");
        assert_eq!(said.matches(back).count(), 1, "{said}");
    }
}

#[test]
fn speaks_spanish_in_eighty_columns_without_colour() {
    let output = play(&["--lang", "es"], "ababab");
    let said = said(&output);
    assert!(said.contains("El banco ha pagado 140"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn wrong_arguments_are_named() {
    for args in [&["--fast"][..], &["--lang", "fr"], &["--answer"]] {
        let output = play(args, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(args[0]));
    }
    assert_eq!(play(&["--help"], "").status.code(), Some(0));
}
