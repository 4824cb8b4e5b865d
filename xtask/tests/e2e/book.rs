//! Outputs that the book and the readme show are the runner's own, today.
//!
//! `TRECE_BLESS=1 cargo test -p xtask --test e2e book` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workbook::Workbook;

/// A file of `book/src/outputs`, the trap whose files stand in `src/`, and what is typed. What begins
/// with `kNN-` is about that kata.
const OUTPUTS: &[(&str, Option<&str>, &[&str])] = &[
    ("board.txt", None, &[]),
    ("k00-first-check.txt", None, &["check", "k00"]),
    ("k00-a-mail-is-a-write.txt", Some("a-mail-is-a-write"), &["check", "k00", "--step", "1"]),
    ("k00-euros.txt", Some("euros"), &["check", "k00", "--step", "2"]),
    ("k00-mail-first.txt", Some("mail-first"), &["check", "k00", "--step", "3"]),
    ("k00-fresh-version.txt", Some("fresh-version"), &["check", "k00", "--step", "3"]),
    ("k00-recent-orders.txt", Some("recent-orders"), &["check", "k00", "--step", "4"]),
    (
        "k01-from-when-it-was-sent.txt",
        Some("from-when-it-was-sent"),
        &["check", "k01", "--step", "1"],
    ),
    ("k01-mean-of-p99s.txt", Some("mean-of-p99s"), &["check", "k01", "--step", "1"]),
    (
        "k01-semaphore-inside-the-task.txt",
        Some("semaphore-inside-the-task"),
        &["check", "k01", "--step", "2"],
    ),
    (
        "k01-the-oldest-holds-the-door.txt",
        Some("the-oldest-holds-the-door"),
        &["check", "k01", "--step", "2"],
    ),
    (
        "k01-given-back-on-the-last-line.txt",
        Some("given-back-on-the-last-line"),
        &["check", "k01", "--step", "3"],
    ),
    ("k01-computed-in-place.txt", Some("computed-in-place"), &["check", "k01", "--step", "4"]),
    (
        "k01-the-queue-alone-is-counted.txt",
        Some("the-queue-alone-is-counted"),
        &["check", "k01", "--step", "4"],
    ),
    ("k01-the-wait-is-limited.txt", Some("the-wait-is-limited"), &["check", "k01", "--step", "5"]),
    (
        "k01-a-mark-for-the-thread.txt",
        Some("a-mark-for-the-thread"),
        &["check", "k01", "--step", "6"],
    ),
    ("k02-first-check.txt", None, &["check", "k02"]),
    ("k02-two-locks.txt", Some("check-then-debit"), &["check", "k02", "--step", "2"]),
    (
        "k02-two-locks-plain.txt",
        Some("check-then-debit"),
        &["check", "k02", "--step", "2", "--plain"],
    ),
    ("k02-argument-order.txt", Some("argument-order"), &["check", "k02", "--step", "3"]),
    ("k02-auditor.txt", Some("auditor-one-by-one"), &["check", "k02", "--step", "3"]),
    ("k02-load-store.txt", Some("load-then-store"), &["check", "k02", "--step", "5"]),
    ("k02-blocked-executor.txt", Some("std-guard-across-await"), &["check", "k02", "--step", "7"]),
    ("k02-cancelled.txt", Some("released-in-every-arm"), &["check", "k02", "--step", "7"]),
    ("k03-two-statements.txt", Some("two-statements"), &["check", "k03", "--step", "2"]),
    ("k03-lost-update.txt", Some("computed-in-the-application"), &["check", "k03", "--step", "3"]),
    ("k03-check-then-debit.txt", Some("checked-then-debited"), &["check", "k03", "--step", "3"]),
    ("k03-deadlock.txt", Some("deadlock-is-a-refusal"), &["check", "k03", "--step", "3"]),
    ("k03-look-then-insert.txt", Some("look-then-insert"), &["check", "k03", "--step", "4"]),
    ("k03-two-snapshots.txt", Some("two-snapshots"), &["check", "k03", "--step", "4"]),
    ("k03-no-reply-is-a-no.txt", Some("no-reply-is-a-no"), &["check", "k03", "--step", "5"]),
    ("k03-write-skew.txt", Some("repeatable-read-is-enough"), &["check", "k03", "--step", "6"]),
    ("k04-checked-in-rust.txt", Some("checked-in-rust"), &["check", "k04", "--step", "2"]),
    ("k04-sub-select.txt", Some("sub-select"), &["check", "k04", "--step", "2"]),
    (
        "k04-lock-of-one-statement.txt",
        Some("lock-of-one-statement"),
        &["check", "k04", "--step", "3"],
    ),
    ("k04-slower-is-sold-out.txt", Some("slower-is-sold-out"), &["check", "k04", "--step", "4"]),
    ("k04-opposite-carts.txt", Some("lines-as-given"), &["check", "k04", "--step", "5"]),
    ("k04-both-win.txt", Some("expired-without-looking"), &["check", "k04", "--step", "6"]),
    ("k05-looked-first.txt", Some("looked-first-so-once"), &["check", "k05", "--step", "1"]),
    (
        "k05-select-then-insert.txt",
        Some("unique-violation-is-an-error"),
        &["check", "k05", "--step", "3"],
    ),
    ("k05-hangs-up.txt", Some("handler-does-it-itself"), &["check", "k05", "--step", "4"]),
    ("k05-no-gateway-key.txt", Some("a-key-for-each-attempt"), &["check", "k05", "--step", "4"]),
    ("k05-key-per-attempt.txt", Some("a-new-key-each-time"), &["check", "k05", "--step", "5"]),
    ("k05-no-fence.txt", Some("no-fence"), &["check", "k05", "--step", "6"]),
    ("k05-locked-while-asking.txt", Some("locked-while-it-asks"), &["check", "k05", "--step", "7"]),
    ("k06-looked-first.txt", Some("looked-first"), &["check", "k06", "--step", "2"]),
    ("k06-mark-undone.txt", Some("mark-undone"), &["check", "k06", "--step", "3"]),
    ("k06-ack-before-commit.txt", Some("ack-before-commit"), &["check", "k06", "--step", "4"]),
    ("k06-prefetched-dropped.txt", Some("prefetched-dropped"), &["check", "k06", "--step", "4"]),
    ("k06-looked-without-lock.txt", Some("looked-without-lock"), &["check", "k06", "--step", "5"]),
];

/// Those of them that the Spanish edition shows too, as the runner says them in Spanish:
/// `book/src/es/outputs`.
const IN_SPANISH: &[&str] = &[
    "board.txt",
    "k00-first-check.txt",
    "k00-a-mail-is-a-write.txt",
    "k00-euros.txt",
    "k00-mail-first.txt",
    "k00-fresh-version.txt",
    "k00-recent-orders.txt",
    "k01-from-when-it-was-sent.txt",
    "k01-mean-of-p99s.txt",
    "k01-semaphore-inside-the-task.txt",
    "k01-the-oldest-holds-the-door.txt",
    "k01-given-back-on-the-last-line.txt",
    "k01-computed-in-place.txt",
    "k01-the-queue-alone-is-counted.txt",
    "k01-the-wait-is-limited.txt",
    "k01-a-mark-for-the-thread.txt",
    "k02-two-locks.txt",
    "k02-two-locks-plain.txt",
    "k02-argument-order.txt",
    "k02-auditor.txt",
    "k02-load-store.txt",
    "k02-blocked-executor.txt",
    "k02-cancelled.txt",
];

/// Outputs of the lab's own examples: a file, the package, the example, its arguments. An example
/// that ends with 3 found no such broker here.
const EXAMPLES: [(&str, &str, &str, &[&str]); 4] = [
    ("ramp-futures.txt", "lab-suite", "futures", &[]),
    ("ramp-ack-and-redelivery.txt", "lab-broker", "ack_and_redelivery", &[]),
    ("at-least-once-rabbitmq.txt", "lab-broker-real", "at_least_once", &["rabbitmq"]),
    ("at-least-once-redis.txt", "lab-broker-real", "at_least_once", &["redis"]),
];

/// What `play k02` says, in both languages.
const PLAYED: &str = "k02-play.txt";

/// Progress of somebody who has begun.
const STARTED: &str = "schema = \"trece-progress/v1\"\n[kata.k02.s1_observe]\nhints = 0\n";

#[test]
fn shown_outputs_are_real() {
    let workbook = Workbook::fresh();
    let mut stale = Vec::new();
    for &(file, trap, arguments) in OUTPUTS {
        let kata = file.split_once('-').map_or("k02", |(kata, _)| kata);
        workbook.stub_of(kata);
        if let Some(trap) = trap {
            workbook.lay_trap_of(kata, trap);
        }
        let in_spanish = IN_SPANISH.contains(&file).then(|| (spanish(), "--lang=es"));
        for (folder, lang) in [(outputs(), "--lang=en")].into_iter().chain(in_spanish) {
            progress_of(&workbook, trap.is_some());
            let ran = workbook.run(&[arguments, &[lang]].concat());
            if ran.says("could not be verified") {
                eprintln!("{file} was not made anew: {kata} needs what this machine does not have");
                break;
            }
            let text = format!("{}\n", ran.out.trim_end());
            stale.extend(compare(&folder.join(file), &text));
            if (file, lang) == ("k02-two-locks.txt", "--lang=en") {
                stale.extend(compare_readme(&text));
            }
        }
        workbook.stub_of(kata);
    }
    assert!(
        stale.is_empty(),
        "not what the runner prints today: {stale:?}\nTRECE_BLESS=1 writes them anew."
    );
}

/// Of somebody who is here for the first time, or who has begun: for him there is no board above a
/// failure.
fn progress_of(workbook: &Workbook, begun: bool) {
    let folder = workbook.root.join(".trece");
    let _ = fs::remove_dir_all(&folder);
    if begun {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("progress.toml"), STARTED).unwrap();
    }
}

#[test]
fn the_spanish_edition_shows_spanish_outputs() {
    let mut made: Vec<&str> = IN_SPANISH.to_vec();
    made.extend([PLAYED, "k02-notebook.txt", "k02-report.txt"]);
    made.sort_unstable();
    let mut there: Vec<String> = fs::read_dir(spanish())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort_unstable();
    assert_eq!(there, made);
    for name in made {
        assert!(outputs().join(name).is_file(), "{name}");
    }
}

#[test]
fn examples_say_what_is_shown() {
    const NOT_VERIFIED: Option<i32> = Some(3);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut stale = Vec::new();
    for (file, package, example, arguments) in EXAMPLES {
        let ran = std::process::Command::new(env!("CARGO"))
            .current_dir(root)
            .args(["run", "--quiet", "-p", package, "--example", example, "--"])
            .args(arguments)
            .output()
            .unwrap();
        if ran.status.code() == NOT_VERIFIED {
            let missing = String::from_utf8_lossy(&ran.stderr);
            eprintln!("{file} was not made anew, not verified: {missing}");
            continue;
        }
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        stale.extend(compare(&outputs().join(file), &String::from_utf8(ran.stdout).unwrap()));
    }
    assert!(
        stale.is_empty(),
        "not what the examples print today: {stale:?}\nTRECE_BLESS=1 writes them anew."
    );
}

#[test]
fn playing_is_as_shown() {
    let workbook = Workbook::fresh();
    for (folder, lang) in [(outputs(), "--lang=en"), (spanish(), "--lang=es")] {
        let text = played(&workbook, &["k02", lang], "a\nb\nq\n");
        let stale = compare(&folder.join(PLAYED), &text);
        assert!(stale.is_none(), "not what `play` prints today: {stale:?}");
    }
}

#[test]
fn playing_on_a_server_is_as_shown() {
    let workbook = Workbook::fresh();
    workbook.stub_of("k03");
    workbook.lay_trap_of("k03", "computed-in-the-application");
    let text = played(&workbook, &["k03"], "3\n1\na b4 a2\nb\na2\nq\n");
    workbook.stub_of("k03");
    if text.is_empty() {
        eprintln!("k03-play.txt was not made anew: there is no PostgreSQL here");
        return;
    }
    let stale = compare(&outputs().join("k03-play.txt"), &text);
    assert!(stale.is_none(), "not what `play` prints today: {stale:?}");
}

/// What `play` says to somebody who types this.
fn played(workbook: &Workbook, arguments: &[&str], typed: &str) -> String {
    use std::io::Write;
    use std::process::Stdio;

    let mut child = workbook
        .command(&[&["play"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

pub fn outputs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("book/src/outputs")
}

pub fn spanish() -> PathBuf {
    outputs().join("../es/outputs")
}

fn blessing() -> bool {
    std::env::var_os("TRECE_BLESS").is_some()
}

/// The file's name where it holds something else.
pub fn compare(path: &Path, text: &str) -> Option<String> {
    if fs::read_to_string(path).is_ok_and(|old| old.trim_end() == text.trim_end()) {
        return None;
    }
    if blessing() {
        fs::write(path, text).unwrap();
        return None;
    }
    Some(format!("{}:\n{text}", path.file_name().unwrap().display()))
}

/// The readme's picture of a failing timeline.
fn compare_readme(text: &str) -> Option<String> {
    const BEGIN: &str = "<!-- output: k02-two-locks.txt -->\n```text\n";
    const END: &str = "\n```\n<!-- /output -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let from = readme.find(BEGIN).expect("the readme shows an output") + BEGIN.len();
    let to = from + readme[from..].find(END).expect("its end");
    if readme[from..to].trim_end() == text.trim_end() {
        return None;
    }
    if blessing() {
        let anew = format!("{}{}{}", &readme[..from], text.trim_end(), &readme[to..]);
        fs::write(&path, anew).unwrap();
        return None;
    }
    Some("README.md".into())
}
