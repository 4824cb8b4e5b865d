//! Drives the program with a runner that writes down when it starts, and ends when it is told to.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The runner of these tests: notes its process, a process of its own (as a test would be) and its
/// arguments, and ends once `done` exists. It never ends by itself.
const RUNNER: &str = r#"#!/bin/sh
sleep 1000 &
echo "$$ $! $*" >> "$NOTES/starts"
while ! test -e "$NOTES/done"; do sleep 0.01; done
kill $!
echo "verdict of $1"
echo "$$" >> "$NOTES/ends"
"#;

const SETTINGS: &str = r#"{"kata": "k99", "lang": "es", "plain": true, "words": {"waiting": "waiting",
    "saved": "saved {file}", "stopped": "stopped {file}", "no_events": "no events {error}", "keys": []}}"#;

struct Watch {
    dir: TempDir,
    child: Child,
}

struct Start {
    processes: [u32; 2],
    arguments: String,
}

impl Watch {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("kata/src")).unwrap();
        fs::write(dir.path().join("kata/src/s1.rs"), "0").unwrap();
        let runner = dir.path().join("runner");
        fs::write(&runner, RUNNER).unwrap();
        fs::set_permissions(&runner, fs::Permissions::from_mode(0o755)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_xtask-watch"))
            .args([&runner, &dir.path().join("kata")])
            .arg(SETTINGS)
            .env("NOTES", dir.path())
            .stdin(Stdio::piped())
            .stdout(fs::File::create(dir.path().join("said")).unwrap())
            .spawn()
            .unwrap();
        Self { dir, child }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// In one stroke, as most editors do.
    fn save(&self, text: &str) {
        let new = self.path("kata/src/.s1.rs.new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, self.path("kata/src/s1.rs")).unwrap();
    }

    fn starts(&self) -> Vec<Start> {
        let start = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let mut number = || words.next()?.parse().ok();
            let processes = [number()?, number()?];
            Some(Start { processes, arguments: words.next()?.to_owned() })
        };
        // A line without its end is still being written.
        self.read("starts")
            .split_inclusive('\n')
            .filter_map(|l| start(l.strip_suffix('\n')?))
            .collect()
    }

    fn wait_for_starts(&self, n: usize) -> Vec<Start> {
        until(&format!("start {n}"), || self.starts().len() >= n);
        self.starts()
    }

    fn finish_runs(&self) {
        fs::write(self.path("done"), "").unwrap();
    }
}

impl Drop for Watch {
    /// In good order, so that a failing test leaves no runner behind either.
    fn drop(&mut self) {
        self.finish_runs();
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            signal(self.child.id(), "-TERM");
            let _ = self.child.wait();
        }
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "still waiting for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Dead, or a zombie that somebody else has to reap.
fn gone(process: u32) -> bool {
    let output =
        Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout);
    state.trim().is_empty() || state.trim().starts_with('Z')
}

fn signal(process: u32, name: &str) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

#[test]
fn a_save_during_a_run_ends_all_of_it_and_begins_again() {
    let watch = Watch::start();
    watch.wait_for_starts(1);
    watch.save("1");
    let starts = watch.wait_for_starts(2);
    assert_eq!(starts[0].arguments, "check k99 --lang es --plain");
    for process in starts[0].processes {
        until("the end of the first run", || gone(process));
    }
    watch.save("2");
    watch.wait_for_starts(3);
    assert_eq!(watch.read("ends"), "", "no run may have come to its own end");
    watch.finish_runs();
    until("the prompt", || watch.read("said").ends_with("waiting\n"));
    assert_eq!(watch.starts().len(), 3);
    assert!(watch.read("said").starts_with("stopped src/s1.rs\n"), "{}", watch.read("said"));
}

#[test]
fn a_save_after_a_run_begins_another() {
    let watch = Watch::start();
    watch.finish_runs();
    until("the first prompt", || watch.read("said").contains("waiting\n"));
    watch.save("1");
    until("the second", || watch.read("said").matches("waiting\n").count() == 2);
    let said = watch.read("said");
    assert_eq!(said, "verdict of check\n\nwaiting\nsaved src/s1.rs\nverdict of check\n\nwaiting\n");
}

#[test]
fn a_save_without_a_change_runs_again_but_never_stops_a_run() {
    let watch = Watch::start();
    watch.wait_for_starts(1);
    // As the build does to have cargo read the files again.
    touch(&watch.path("kata/src/s1.rs"), 1);
    fs::write(watch.path("kata/src/s2.rs"), "").unwrap();
    watch.wait_for_starts(2);
    watch.finish_runs();
    until("the prompt", || watch.read("said").contains("waiting\n"));
    assert_eq!(watch.read("said"), "stopped src/s2.rs\nverdict of check\n\nwaiting\n");
    touch(&watch.path("kata/src/s1.rs"), 2);
    watch.wait_for_starts(3);
}

fn touch(file: &Path, ahead: u64) {
    let time = std::time::SystemTime::now() + Duration::from_secs(ahead);
    fs::File::options().append(true).open(file).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_file_written_in_place_is_a_save() {
    let watch = Watch::start();
    watch.wait_for_starts(1);
    for n in 2..5 {
        fs::write(watch.path("kata/src/s1.rs"), n.to_string()).unwrap();
        watch.wait_for_starts(n);
    }
}

#[test]
fn a_signal_ends_it_with_everything_that_runs() {
    for name in ["-TERM", "-INT", "-HUP"] {
        let mut watch = Watch::start();
        let starts = watch.wait_for_starts(1);
        signal(watch.child.id(), name);
        assert!(watch.child.wait().unwrap().success(), "{name}");
        for process in starts[0].processes {
            until("the end of the run", || gone(process));
        }
    }
}

#[test]
fn the_end_of_the_input_lets_the_run_end() {
    let mut watch = Watch::start();
    watch.wait_for_starts(1);
    drop(watch.child.stdin.take());
    watch.finish_runs();
    assert!(watch.child.wait().unwrap().success());
    assert!(watch.read("said").starts_with("verdict of check\n"));
}

#[test]
fn wrong_arguments_are_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask-watch")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo xtask watch"));
}
