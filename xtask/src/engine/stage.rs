//! A workspace of its own for every tree that is not the learner's.
//!
//! Two workspaces of the same layout over one target folder get the same artefact names, and the
//! binary of one is then run for the other. So what is staged has its own target folder, in which
//! dependencies are built once, and every submission's files are written anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::scan::{lexes, scan_file};
use super::{Build, BuildLimits, Finding};
use crate::files;
use crate::t;
use crate::toml::with_members;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// What of a kata's folder is staged beside its manifest, its tests and the submission.
const PARTS: [&str; 4] = ["given", "bench", "play", "real"];

/// The source tree of a submission, in memory: a base with files laid over it.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    files: std::collections::BTreeMap<PathBuf, Vec<u8>>,
}

impl Overlay {
    /// The `*.rs` files of a folder. Nothing else of a submission is taken.
    pub fn of(dir: &Path) -> Outcome<Self> {
        let mut overlay = Self::default();
        overlay.lay(dir)?;
        if overlay.files.is_empty() {
            return Err(Trouble::usage(t!("trouble.no_sources", dir = dir.display())));
        }
        Ok(overlay)
    }

    /// Lays the `*.rs` files of another folder over this one.
    pub fn lay(&mut self, dir: &Path) -> Outcome<()> {
        for file in files::tree(dir).map_err(|e| Trouble::file(dir, &e))? {
            if file.extension().is_some_and(|e| e == "rs") {
                let bytes =
                    fs::read(dir.join(&file)).map_err(|e| Trouble::file(&dir.join(&file), &e))?;
                self.files.insert(file, bytes);
            }
        }
        Ok(())
    }

    /// All of it, by path.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()))
    }

    pub fn put(&mut self, file: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(file.into(), bytes.into());
    }

    pub fn get(&self, file: &str) -> Option<&[u8]> {
        self.files.get(Path::new(file)).map(Vec::as_slice)
    }

    /// The files that only one of the two has, or that differ.
    pub fn differing<'a>(&'a self, other: &'a Self) -> Vec<&'a Path> {
        let differs = |(file, bytes): &(&PathBuf, &Vec<u8>)| other.files.get(*file) != Some(*bytes);
        let missing = other.files.keys().filter(|file| !self.files.contains_key(*file));
        let changed = self.files.iter().filter(differs).map(|(file, _)| file);
        changed.chain(missing).map(PathBuf::as_path).collect()
    }

    /// What the scan refuses in it.
    pub fn scan(&self, kata: &Kata) -> Vec<Finding> {
        let files = self.files.iter();
        files
            .flat_map(|(path, bytes)| {
                scan_file(kata, &path.to_string_lossy(), &String::from_utf8_lossy(bytes))
            })
            .collect()
    }

    /// The first `*.rs` file that the scan could not read.
    fn unread(&self) -> Option<&Path> {
        let rust = |path: &&PathBuf| path.extension().is_some_and(|e| e == "rs");
        let unread = |bytes: &[u8]| !std::str::from_utf8(bytes).is_ok_and(lexes);
        self.files
            .iter()
            .find(|(path, bytes)| rust(path) && unread(bytes))
            .map(|(p, _)| p.as_path())
    }

    /// What was built though the scan could not read it.
    pub fn refuse_unread(&self) -> Option<Finding> {
        let file = self.unread()?.display().to_string();
        Some(Finding { file, line: 0, message: t!("scan.unread") })
    }

    /// A fingerprint of all of it.
    pub fn hash(&self) -> String {
        files::hash(self.files.iter().map(|(p, b)| (p.as_path(), b.as_slice())))
    }

    /// Writes the tree to an empty folder.
    pub fn write(&self, dir: &Path) -> Outcome<()> {
        for (file, bytes) in &self.files {
            let path = dir.join(file);
            files::put(&path, bytes).map_err(|e| Trouble::file(&path, &e))?;
        }
        Ok(())
    }
}

/// Where things lie in a staging folder.
#[derive(Debug, Clone)]
pub struct Layout {
    dir: PathBuf,
}

impl Layout {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.join("workspace")
    }

    pub fn target(&self) -> PathBuf {
        self.dir.join("target")
    }

    pub fn kata_dir(&self, kata: &Kata) -> PathBuf {
        self.root().join("katas").join(kata.folder())
    }

    /// Where a kata's own list of locked dependencies is kept, if it is: what is locked for the
    /// whole workbook is too much for a workspace of one kata, and cargo would rewrite it.
    pub fn kata_lock(&self, kata: &Kata) -> PathBuf {
        self.dir.join(format!("{}.lock", kata.id))
    }
}

/// The staging workspace, held by one process at a time.
#[derive(Debug)]
pub struct Slot {
    layout: Layout,
    _lock: fs::File,
}

impl Slot {
    /// Waits until no other process stages.
    pub fn lock(workbook: &Workbook) -> Outcome<Self> {
        Self::at(workbook.target().join("stage/0"))
    }

    /// As [`Slot::lock`], somewhere else.
    pub fn at(dir: PathBuf) -> Outcome<Self> {
        fs::create_dir_all(&dir).map_err(|e| Trouble::file(&dir, &e))?;
        let path = dir.join("lock");
        let lock = fs::File::create(&path).map_err(|e| Trouble::file(&path, &e))?;
        if lock.try_lock().is_err() {
            eprintln!("{}", t!("spin.waiting"));
            lock.lock().map_err(|e| Trouble::file(&path, &e))?;
        }
        Ok(Self { layout: Layout { dir }, _lock: lock })
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub fn root(&self) -> PathBuf {
        self.layout.root()
    }

    pub fn target(&self) -> PathBuf {
        self.layout.target()
    }

    pub fn kata_dir(&self, kata: &Kata) -> PathBuf {
        self.layout.kata_dir(kata)
    }

    /// Lays out the workspace with one kata and this submission in it.
    pub fn stage(&self, workbook: &Workbook, kata: &Kata, submission: &Overlay) -> Outcome<Build> {
        let build = self.stage_library(workbook, kata, submission)?;
        self.stage_suite(kata)?;
        Ok(build)
    }

    /// As [`Slot::stage`], without the suite: what is there already stays as it is.
    pub fn stage_library(
        &self,
        workbook: &Workbook,
        kata: &Kata,
        submission: &Overlay,
    ) -> Outcome<Build> {
        let root = self.root();
        let own_lock = self.layout.kata_lock(kata);
        for file in [".cargo/config.toml", "Cargo.lock", "rustfmt.toml"] {
            let own = file == "Cargo.lock" && own_lock.is_file();
            let from = if own { own_lock.clone() } else { workbook.root.join(file) };
            let bytes = fs::read(&from).map_err(|e| Trouble::file(&from, &e))?;
            files::put(&root.join(file), &bytes)?;
        }
        files::put(&root.join("Cargo.toml"), manifest(workbook, kata)?.as_bytes())?;
        files::mirror(&workbook.root.join("katas/lab"), &root.join("katas/lab"))?;

        let dir = self.kata_dir(kata);
        for part in PARTS {
            let from = kata.dir.join(part);
            if from.is_dir() {
                files::mirror(&from, &dir.join(part))?;
            }
        }
        let cargo_toml = fs::read_to_string(kata.dir.join("Cargo.toml"))?;
        files::put(&dir.join("Cargo.toml"), without_programs(&cargo_toml).as_bytes())?;
        Self::put_submission(&dir.join("src"), submission)?;
        Ok(Build {
            root,
            target: Some(self.target()),
            marks: self.layout.dir.clone(),
            package: kata.id.clone(),
            src: dir.join("src"),
            dir,
            jail: None,
            limits: BuildLimits::default(),
        })
    }

    /// Puts the suite beside a submission.
    pub fn stage_suite(&self, kata: &Kata) -> Outcome<()> {
        let to = self.kata_dir(kata).join("tests");
        files::mirror(&kata.dir.join("tests"), &to).map_err(|e| Trouble::file(&to, &e))
    }

    /// Keeps a built binary from being overwritten by the next build.
    pub fn copy_out(&self, executable: &Path, name: &str) -> Outcome<PathBuf> {
        let dir = self.layout.dir.join("binaries");
        let copy = dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        fs::create_dir_all(&dir).map_err(|e| Trouble::file(&dir, &e))?;
        // A new file, not the old one's bytes: the old one may still be running.
        let _ = fs::remove_file(&copy);
        fs::copy(executable, &copy).map_err(|e| Trouble::file(&copy, &e))?;
        Ok(copy)
    }

    /// Written anew whenever it differs, all of it: no file of it may look older than the build.
    fn put_submission(src: &Path, submission: &Overlay) -> Outcome<()> {
        if files::hash_tree(src).is_ok_and(|hash| hash == submission.hash()) {
            return Ok(());
        }
        if src.exists() {
            fs::remove_dir_all(src).map_err(|e| Trouble::file(src, &e))?;
        }
        submission.write(src)
    }
}

/// A kata's manifest, where a submission's own programs (`src/main.rs`, `src/bin/`) are let be: no
/// test runs them, and cargo would build them beside a suite that they could read.
fn without_programs(manifest: &str) -> String {
    manifest.replacen("[package]\n", "[package]\nautobins = false\n", 1)
}

/// The workbook's manifest with this kata as the only one.
fn manifest(workbook: &Workbook, kata: &Kata) -> Outcome<String> {
    let path = workbook.root.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    let folder = kata.folder();
    let mut members = vec![format!("katas/{folder}"), "katas/lab/*".to_owned()];
    for package in PARTS.iter().filter(|part| kata.dir.join(part).join("Cargo.toml").is_file()) {
        members.push(format!("katas/{folder}/{package}"));
    }
    let manifest = with_members(&text, &members);
    manifest.ok_or_else(|| Trouble::file(&path, &"no list of members"))
}
