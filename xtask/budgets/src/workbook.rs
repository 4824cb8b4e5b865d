//! A copy of the workbook that may be built, edited and thrown away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a clone has, as far as it is built or read.
const FOLDERS: [&str; 5] = ["katas", "solutions-hidden", "book", "xtask", ".cargo"];
const FILES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "rustfmt.toml", "clippy.toml"];

/// The copy. It stays, so that its dependencies need not be built again.
#[derive(Debug)]
pub struct Copy {
    root: PathBuf,
    /// Edits so far: each is another one than all before.
    edits: u32,
}

impl Copy {
    /// As freshly cloned, at `target/budgets/workbook`: no progress, every kata a stub.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make(workbook: &Path) -> io::Result<Self> {
        let root = workbook.join("target/budgets/workbook");
        for folder in FOLDERS {
            let from = workbook.join(folder);
            if from.is_dir() {
                mirror(&from, &root.join(folder))?;
            }
        }
        for file in FILES {
            if let Ok(bytes) = fs::read(workbook.join(file)) {
                put(&root.join(file), &bytes)?;
            }
        }
        if root.join(".trece").exists() {
            fs::remove_dir_all(root.join(".trece"))?;
        }
        let copy = Self { root, edits: std::process::id() };
        for kata in copy.katas()? {
            let dir = copy.dir("katas", &kata)?;
            mirror(&dir.join("stub"), &dir.join("src"))?;
        }
        copy.fetch()?;
        Ok(copy)
    }

    /// The katas by their numbers, `k00` first.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn katas(&self) -> io::Result<Vec<String>> {
        let mut katas = Vec::new();
        for entry in fs::read_dir(self.root.join("katas"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.join("kata.toml").is_file() {
                katas.extend(name.split_once('-').map(|(id, _)| id.to_owned()));
            }
        }
        katas.sort();
        Ok(katas)
    }

    /// Whether the kata needs a server.
    pub fn needs_server(&self, kata: &str) -> bool {
        let text = self.dir("katas", kata).map(|dir| fs::read_to_string(dir.join("kata.toml")));
        matches!(text, Ok(Ok(text)) if text.contains("\"postgres\""))
    }

    /// Puts the reference in the place of the stub.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn solve(&self, kata: &str) -> io::Result<()> {
        let reference = self.dir("solutions-hidden", kata)?.join("reference");
        mirror(&reference, &self.dir("katas", kata)?.join("src"))
    }

    /// The kata's sources, as an argument.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn source(&self, kata: &str) -> io::Result<String> {
        Ok(self.dir("katas", kata)?.join("src").display().to_string())
    }

    /// Changes one line of the kata's first step, as somebody does who saves.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn edit(&mut self, kata: &str) -> io::Result<()> {
        let src = self.dir("katas", kata)?.join("src");
        let steps = fs::read_dir(&src)?.flatten().map(|entry| entry.path());
        let step = steps.filter(|path| name(path).starts_with("s1_")).min();
        let step = step.ok_or_else(|| io::Error::other("no first step"))?;
        let old = fs::read_to_string(&step)?;
        let code = old.split("\n// edit ").next().unwrap_or(&old);
        self.edits += 1;
        fs::write(&step, format!("{}\n// edit {}\n", code.trim_end(), self.edits))
    }

    /// Throws away everything that was built. The private PostgreSQL stays: it may be running, and
    /// nothing is built of it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget(&self) -> io::Result<()> {
        let target = self.root.join("target");
        if !target.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(target)? {
            let path = entry?.path();
            if path.is_dir() && name(&path) != "postgres" {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }

    /// Downloads what is missing of the crates: that is not measured. Where there is no network,
    /// what cannot be built will say so.
    ///
    /// # Errors
    /// Those of the operating system.
    fn fetch(&self) -> io::Result<()> {
        self.command(&["fetch", "--locked"]).output().map(drop)
    }

    /// Runs cargo in the copy, without the network, and says how long it took.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn cargo(&self, args: &[&str]) -> io::Result<(Duration, Output)> {
        let begin = Instant::now();
        let output = self.command(args).env("CARGO_NET_OFFLINE", "true").output()?;
        Ok((begin.elapsed(), output))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args(args).stdin(Stdio::null());
        // What the runner that has started this was told is not for the one in the copy.
        for (name, _) in std::env::vars_os() {
            let own = name.to_string_lossy().starts_with("CARGO_PKG_");
            if own || name == "CARGO_MANIFEST_DIR" || name == "CARGO_TARGET_DIR" {
                cargo.env_remove(&name);
            }
        }
        cargo
    }

    fn dir(&self, of: &str, kata: &str) -> io::Result<PathBuf> {
        let entries = fs::read_dir(self.root.join(of))?.flatten().map(|entry| entry.path());
        let begins = format!("{kata}-");
        let dir = entries.into_iter().find(|path| name(path).starts_with(&begins));
        dir.ok_or_else(|| io::Error::other(format!("no folder of {kata} in {of}")))
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Makes `to` hold what `from` holds. What is the same already keeps its time, so that nothing is
/// built for it.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let path = entry?.path();
        let source = from.join(name(&path));
        if !source.exists() && path.is_dir() {
            fs::remove_dir_all(&path)?;
        } else if !source.exists() {
            fs::remove_file(&path)?;
        }
    }
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let copy = to.join(name(&path));
        if path.is_dir() {
            if name(&path) != "target" {
                mirror(&path, &copy)?;
            }
        } else {
            put(&copy, &fs::read(&path)?)?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes)
}
