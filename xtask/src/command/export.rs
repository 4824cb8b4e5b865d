use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::files;
use crate::t;
use crate::terminal::{fold, hint};
use crate::workbook::{self, Outcome, Trouble, Workbook};

/// What stands at the root of a repository for students. Everything that is not named stays behind,
/// so that nothing reaches them by being forgotten: solutions, backups, somebody's marks.
const ROOT: [&str; 15] = [
    ".cargo",
    ".gitignore",
    "AGENTS.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "book",
    "ci",
    "clippy.toml",
    "deny.toml",
    "katas",
    "rustfmt.toml",
];
/// The runner comes with it, but for the tests of its own, which need the solutions.
const RUNNER: &str = "xtask";

/// Writes a repository for students: everything that `check` needs, every kata a stub, the beliefs
/// behind wrong answers without the answers, and no solutions.
///
/// All members of the workspace stay, so `Cargo.lock` fits as it is. Never writes over anything.
pub fn run(workbook: &Workbook, to: &Path) -> Outcome<ExitCode> {
    workbook.need_solutions(|| t!("export.again"))?;
    must_be_free(to)?;
    let mut count = 0;
    for file in sources(&workbook.root)?.iter().filter(|f| given(f)) {
        copy(&workbook.root.join(file), &to.join(file))?;
        count += 1;
    }
    for kata in &workbook.katas {
        let src = to.join("katas").join(kata.folder()).join("src");
        for file in files::tree(&kata.stub()).map_err(|e| Trouble::file(&kata.stub(), &e))? {
            copy(&kata.stub().join(&file), &src.join(&file))?;
            count += 1;
        }
        let beliefs = to.join("katas").join(kata.folder()).join(workbook::BELIEFS);
        for trap in workbook::traps(workbook, kata)? {
            let known = Path::new(&trap.variant.name).join(workbook::TRAP);
            copy(&trap.variant.dir.join(workbook::TRAP), &beliefs.join(known))?;
            count += 1;
        }
    }
    print!("{}", fold(&t!("export.done", count = count, dir = to.display()), 0));
    println!("  {}", hint(&format!("cd {}", to.display())));
    if !to.join(".git").exists() {
        println!("  {}", hint("git init"));
    }
    println!("  {}", hint("git add -A && git commit -m \"Trece\""));
    println!("  {}", hint("cargo xtask check"));
    Ok(ExitCode::SUCCESS)
}

/// An export goes to a new folder, or to the empty work tree of a repository that the course has.
fn must_be_free(to: &Path) -> Outcome<()> {
    let entries = match fs::read_dir(to) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Trouble::file(to, &e)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| Trouble::file(to, &e))?;
        if entry.file_name() != ".git" {
            let found = entry.file_name().display().to_string();
            return Err(Trouble::usage(t!("export.not_empty", dir = to.display(), found = found)));
        }
    }
    Ok(())
}

/// The workbook's files: those that git tracks, so that what else lies about in its folders stays
/// there; where there is no git, all below the folders that are given.
fn sources(root: &Path) -> Outcome<Vec<PathBuf>> {
    if let Some(tracked) = tracked(root) {
        return Ok(tracked);
    }
    let mut all = Vec::new();
    for part in ROOT.into_iter().chain([RUNNER]) {
        let path = root.join(part);
        if path.is_dir() {
            let below = files::tree(&path).map_err(|e| Trouble::file(&path, &e))?;
            all.extend(below.into_iter().map(|file| Path::new(part).join(file)));
        } else if path.is_file() {
            all.push(part.into());
        }
    }
    Ok(all)
}

/// None if `root` is not the root of a work tree of git, or git is not here.
fn tracked(root: &Path) -> Option<Vec<PathBuf>> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(root).stderr(Stdio::null());
        let output = git.output().ok().filter(|o| o.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let same = fs::canonicalize(top.trim_end()).ok()? == fs::canonicalize(root).ok()?;
    let list = same.then(|| git(&["ls-files", "-z"]))??;
    Some(list.split_terminator('\0').map(PathBuf::from).collect())
}

/// Do students get this file? Relative to the root.
fn given(path: &Path) -> bool {
    let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap_or_default()).collect();
    let built = parts.contains(&"target");
    match parts[..] {
        // Of every kata the stub is laid there, not what an instructor tried.
        ["katas", kata, "src", ..] => kata == "lab",
        ["book", "book", ..] | [RUNNER, "tests", ..] | [] => false,
        [RUNNER, ..] => !built,
        [first, ..] => ROOT.contains(&first) && !built,
    }
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let dir = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(|e| Trouble::file(dir, &e))?;
    fs::copy(from, to).map_err(|e| Trouble::file(from, &e))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::given;

    #[test]
    fn students_get_what_they_work_with_and_no_answers() {
        for file in [
            "Cargo.lock",
            ".cargo/config.toml",
            "katas/k02-balance-race/stub/lib.rs",
            "katas/k02-balance-race/tests/suite/main.rs",
            "katas/k02-balance-race/hints.es.md",
            "katas/k02-balance-race/given/src/lib.rs",
            "katas/lab/suite/src/lib.rs",
            "book/src/k02.md",
            "xtask/src/main.rs",
            "xtask/watch/tests/watch.rs",
            "ci/compose.yml",
        ] {
            assert!(given(Path::new(file)), "{file}");
        }
        for file in [
            "solutions-hidden/k02-balance-race/reference/lib.rs",
            "katas/k02-balance-race/src/s1_observe.rs",
            "katas/k02-balance-race/target/debug/x",
            "xtask/tests/e2e/main.rs",
            ".trece/progress.toml",
            ".ci/run",
            ".ignore",
            "book/book/index.html",
            "target/debug/xtask",
            "marks.csv",
            "notebook/k02.md",
        ] {
            assert!(!given(Path::new(file)), "{file}");
        }
    }
}
