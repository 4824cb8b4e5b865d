//! A class made of k00's reference, and the grader as it is typed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The exit code where a machine has no sandbox.
pub const NO_ISOLATION: i32 = 4;
/// Where each command or event is decided: what is put here, every test of step 2 runs.
const PLACE: &str = "    match (state";

/// The workbook's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::canonicalize(here).expect("the workbook is there")
}

/// A folder in the workbook, so that what lies in it has a relative path from there.
pub struct Class {
    dir: TempDir,
}

impl Class {
    pub fn new() -> Self {
        let target = root().join("target");
        fs::create_dir_all(&target).expect("a folder");
        Self { dir: tempfile::tempdir_in(target).expect("a folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn shown(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The reference, with code of one's own at the beginning of `decide`.
    pub fn hand_in(&self, id: &str, code: &str) {
        let src = self.path("class").join(id).join("katas/k00-orders/src");
        let reference = root().join("solutions-hidden/k00-orders/reference");
        fs::create_dir_all(&src).expect("a folder");
        for entry in fs::read_dir(reference).expect("a reference").flatten() {
            fs::copy(entry.path(), src.join(entry.file_name())).expect("copied");
        }
        let file = src.join("s2_core.rs");
        let text = fs::read_to_string(&file).expect("a source");
        assert!(text.contains(PLACE), "decide begins otherwise");
        // The id makes each of them one of its own.
        let armed = text.replacen(PLACE, &format!("    // {id}\n    {code}\n{PLACE}"), 1);
        fs::write(file, armed).expect("written");
    }

    /// `grade run` of the class on k00, with one slot.
    pub fn run(&self, out: &str, more: &[&str]) -> Command {
        let (class, out) = (self.shown("class"), self.shown(out));
        let mut command = grader();
        command.args(["run", "--submissions", &class, "--out", &out]);
        command.args(["--katas", "k00", "--jobs", "1"]).args(more);
        command
    }

    /// Each submission's status and score, and those of its tests.
    pub fn marks(&self, out: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(self.path(out).join("grades")).expect("grades").flatten() {
            let id = entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
            let grade = self.grade(out, &id);
            let mut marks = format!("{} {}", grade["katas"][0]["status"], grade["score"]);
            for test in grade["katas"][0]["tests"].as_array().expect("tests") {
                let _ = write!(marks, "\n{} {}", test["id"], test["status"]);
            }
            all.insert(id, marks);
        }
        all
    }

    pub fn grade(&self, out: &str, id: &str) -> Value {
        let path = self.path(out).join("grades").join(format!("{id}.json"));
        let json = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&json).expect("it is JSON")
    }
}

/// The grader, in English, at the workbook's root.
pub fn grader() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-grade"));
    command.current_dir(root()).env("LANG", "C").env_remove("LC_ALL").env_remove("TRECE_LANG");
    command
}

/// What it ended with, and what it wrote. None where this machine has no sandbox.
pub fn ended(command: &mut Command) -> Option<(i32, String)> {
    let output: Output = command.output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    let code = output.status.code().expect("it was not killed");
    let said = String::from_utf8_lossy(&said).into_owned();
    if code == NO_ISOLATION {
        eprintln!("not verified, for want of a sandbox: {said}");
        return None;
    }
    Some((code, said))
}
