//! Slots: a staging folder, a target folder and a jail each, so that as many submissions are built
//! and run at once.
//!
//! Dependencies and the lab are built once, in the first slot; the others get copies. (Hard links
//! would be quicker and wrong: a file that one submission's build touches would look fresh for the
//! next.) Of a kata's own artefacts nothing stays between two submissions.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use xtask::engine::{Build, BuildFailure, BuildLimits, Built, Jail, Overlay, Slot, cargo};
use xtask::t;
use xtask::workbook::{Kata, Outcome, Trouble, Workbook};

use super::{Course, Settings, Subject, base};
use crate::sandbox::{self, Allowance, Places, Run, Server};

/// A slot that is ready.
#[derive(Debug)]
pub struct Bench {
    pub number: usize,
    pub slot: Slot,
    pub jail: Option<Arc<dyn Jail>>,
    /// For what its tests write, and for their programs.
    pub dir: PathBuf,
    /// For the socket of the PostgreSQL that its tests use.
    pub sockets: PathBuf,
    /// None without a sandbox.
    pub server: Option<Server>,
}

/// Opens as many as there are jobs.
pub fn open(
    course: &Course<'_>,
    settings: &Settings,
    places: &Arc<Places>,
    run: &Run,
) -> Outcome<Vec<Bench>> {
    let base = base(course.workbook, settings.kind);
    let mut benches: Vec<Bench> = Vec::new();
    for number in 0..settings.jobs {
        let home = base.join(number.to_string());
        let slot = Slot::at(home.clone())?;
        // Whatever the first slot has built, no other builds again.
        let cold = course.katas.iter().any(|s| !is_warm(&slot, s, places));
        if let (Some(first), true) = (benches.first(), cold) {
            let target = slot.target();
            clear(&target)?;
            copy(&first.slot.target(), &target)?;
        }
        let dir = run.dir.join(format!("slot-{number}"));
        let sockets = dir.join("pg");
        let user = sandbox::user(number);
        for made in [&slot.target(), &slot.root(), &dir, &sockets] {
            fs::create_dir_all(made).map_err(|e| Trouble::file(made, &e))?;
        }
        if let Some(id) = user {
            give(&slot.target(), id).map_err(|e| Trouble::file(&slot.target(), &e))?;
            lchown(&sockets, Some(id), Some(id)).map_err(|e| Trouble::file(&sockets, &e))?;
        }
        let jail =
            sandbox::jail(settings.kind, &home, number, Arc::clone(places), Some(sockets.clone()))?;
        let server = Server::new(settings.kind, number, Arc::clone(places), sockets.clone());
        let bench = Bench { number, slot, jail, dir, sockets, server };
        bench.warm(course, places)?;
        benches.push(bench);
    }
    Ok(benches)
}

/// Where a slot keeps for what it has built a kata's stub.
fn mark(slot: &Slot, kata: &Kata) -> PathBuf {
    slot.layout().kata_lock(kata).with_extension("warm")
}

/// Its place is in it: cargo builds again what it finds at another path.
fn stamp(slot: &Slot, subject: &Subject<'_>, places: &Places) -> String {
    let (template, root) = (&subject.template, slot.root());
    format!("{template}\n{}\n{:?}\n{}", places.rustc, sandbox::BUILD, root.display())
}

fn is_warm(slot: &Slot, subject: &Subject<'_>, places: &Places) -> bool {
    let known = fs::read_to_string(mark(slot, subject.kata));
    known.is_ok_and(|old| old == stamp(slot, subject, places)) && slot.target().is_dir()
}

/// A copy of a folder. `cp` shares what the file system can share.
pub fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let status = Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Trouble::new(t!("grade.no_copy", from = from.display(), to = to.display()))),
        Err(e) => Err(Trouble::file(from, &e)),
    }
}

/// Removes a folder with all that is in it, where there is one.
pub fn clear(dir: &Path) -> Outcome<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Trouble::file(dir, &e)),
        _ => Ok(()),
    }
}

/// Makes a folder, and what is in it, a user's.
pub fn give(dir: &Path, user: u32) -> std::io::Result<()> {
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        let there = fs::symlink_metadata(&path)?;
        if there.uid() != user {
            lchown(&path, Some(user), Some(user))?;
        }
        if there.is_dir() {
            for entry in fs::read_dir(&path)? {
                todo.push(entry?.path());
            }
        }
    }
    Ok(())
}

impl Bench {
    /// Builds every kata's stub, unless this was done: what a submission waits for afterwards is
    /// its own code and the suite.
    fn warm(&self, course: &Course<'_>, places: &Places) -> Outcome<()> {
        for subject in &course.katas {
            let kata = subject.kata;
            if is_warm(&self.slot, subject, places) {
                continue;
            }
            eprintln!("{}", t!("grade.warming", slot = self.number + 1, kata = kata.id));
            let _ = fs::remove_file(self.slot.layout().kata_lock(kata));
            self.lock(course.workbook, kata, &subject.stub)?;
            let limits = BuildLimits::default();
            if let Err(failure) = self.build(course.workbook, kata, &subject.stub, limits)? {
                return Err(Trouble { message: failure.rendered, code: 3 });
            }
            let (mark, stamp) = (mark(&self.slot, kata), stamp(&self.slot, subject, places));
            xtask::files::write_atomic(&mark, stamp.as_bytes())?;
        }
        Ok(())
    }

    /// Trims the list of locked dependencies to one kata's and keeps it; outside of the jail, where
    /// nothing of a submission is.
    fn lock(&self, workbook: &Workbook, kata: &Kata, stub: &Overlay) -> Outcome<()> {
        self.slot.stage(workbook, kata, stub)?;
        let trimmed = |offline: &[&str]| {
            let mut command = cargo(&self.slot.root());
            command.args(["metadata", "--format-version", "1"]).args(offline);
            command.stdin(Stdio::null()).output()
        };
        // Whatever is locked is also fetched here, since a jail has no network.
        let fetched = cargo(&self.slot.root()).args(["fetch", "--quiet"]).output()?;
        let done = trimmed(&["--offline"])?;
        if !done.status.success() {
            let said = [fetched.stderr, done.stderr].concat();
            let message = String::from_utf8_lossy(&said).trim().to_owned();
            return Err(Trouble { message, code: 3 });
        }
        let (from, to) = (self.slot.root().join("Cargo.lock"), self.slot.layout().kata_lock(kata));
        fs::copy(&from, &to).map_err(|e| Trouble::file(&to, &e))?;
        Ok(())
    }

    /// Builds a submission: first its library, while there is no suite to read, and then the suite.
    pub fn build(
        &self,
        workbook: &Workbook,
        kata: &Kata,
        tree: &Overlay,
        limits: BuildLimits,
    ) -> Outcome<Result<Built, BuildFailure>> {
        self.forget(kata)?;
        for folder in ["src", "tests"] {
            clear(&self.slot.kata_dir(kata).join(folder))?;
        }
        let build = self.slot.stage_library(workbook, kata, tree)?;
        let build = Build { jail: self.jail.clone(), limits, ..build };
        if let Err(failure) = build.library()? {
            return Ok(Err(failure));
        }
        if let Some(strange) = self.read_elsewhere(kata)? {
            return Ok(Err(BuildFailure {
                status: protocol::Status::Refused,
                rendered: t!("grade.read_elsewhere", what = strange),
                file: None,
            }));
        }
        self.slot.stage_suite(kata)?;
        build.suite()
    }

    /// The limits of a submission's build.
    pub fn limits() -> BuildLimits {
        let allowance = Allowance::build();
        BuildLimits { deadline: Some(allowance.deadline), output: Some(allowance.output * 4) }
    }

    /// What the compiler read for the library beside the submission and what cargo says of it.
    fn read_elsewhere(&self, kata: &Kata) -> Outcome<Option<String>> {
        let own = format!("katas/{}/src/", kata.folder());
        let deps = self.slot.target().join("debug/deps");
        for entry in fs::read_dir(&deps).map_err(|e| Trouble::file(&deps, &e))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.strip_suffix(".d").is_some_and(|stem| is_of(stem, &kata.id)) {
                continue;
            }
            let path = entry.path();
            let text = fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
            for line in text.lines() {
                if let Some(variable) = line.strip_prefix("# env-dep:") {
                    if !variable.starts_with("CARGO_") && !variable.starts_with("CLIPPY_") {
                        return Ok(Some(variable.to_owned()));
                    }
                } else if let Some(file) = line.strip_suffix(':')
                    && !file.starts_with(&own)
                    && !file.starts_with('#')
                {
                    return Ok(Some(file.to_owned()));
                }
            }
        }
        Ok(None)
    }

    /// Removes what the last submission's build left of its own.
    fn forget(&self, kata: &Kata) -> Outcome<()> {
        let debug = self.slot.target().join("debug");
        for folder in ["", ".fingerprint", "deps"] {
            let dir = debug.join(folder);
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if !is_left_of(&name, &kata.id) {
                    continue;
                }
                let path = entry.path();
                let gone =
                    if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                gone.map_err(|e| Trouble::file(&path, &e))?;
            }
        }
        Ok(())
    }
}

/// Did the package of a kata leave this, or its suite's program? (The lab has a library called
/// `suite`, which stays.)
fn is_left_of(name: &str, kata: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let library = stem.strip_prefix("lib");
    library == Some(kata) || is_of(library.unwrap_or(stem), kata) || is_of(name, "suite")
}

/// `k02-0123456789abcdef`: cargo's name for what it makes of `k02`.
fn is_of(stem: &str, name: &str) -> bool {
    let hash = stem.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::{is_left_of, is_of};

    #[test]
    fn a_kata_is_not_what_it_stands_on() {
        assert!(is_of("k02-0123456789abcdef", "k02"));
        assert!(!is_of("k02-given-0123456789abcdef", "k02"));
        assert!(!is_of("k02_given-0123456789abcdef", "k02"));
        assert!(!is_of("k02", "k02"));
        assert!(is_left_of("libk02-0123456789abcdef.rmeta", "k02"));
        assert!(is_left_of("libk02.rlib", "k02"));
        assert!(!is_left_of("libk02_given.rlib", "k02"));
        assert!(is_left_of("suite-0123456789abcdef", "k02"));
        assert!(!is_left_of("libsuite-0123456789abcdef.rlib", "k02"));
    }
}
