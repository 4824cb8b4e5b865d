//! The workbook on disk: its root, its katas, their steps and tests.

mod kata;
mod misconceptions;
mod month;
mod notebook;
mod read;
mod sections;
mod tests_toml;

use std::path::{Path, PathBuf};

pub use kata::{Kata, Step};
pub use misconceptions::{BELIEFS, TRAP, Trap, alternates, beliefs, traps};
pub use month::{Month, Question, months};
pub use notebook::{Asks, Item, Section};
pub use sections::{hints, hints_in};
pub use tests_toml::{TestEntry, from_real, from_suite, read, read_real, render};

use crate::t;

/// The workbook that the current folder belongs to.
#[derive(Debug)]
pub struct Workbook {
    pub root: PathBuf,
    /// In the order of the path that a learner follows; drafts too.
    pub katas: Vec<Kata>,
}

/// Something that stops a command: what happened, where, and what to do next.
#[derive(Debug)]
pub struct Trouble {
    pub message: String,
    /// 2 for a wrong use of the command line, 1 otherwise.
    pub code: u8,
}

impl Trouble {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// An operation on a file that did not work.
    pub fn file(path: &Path, error: &dyn std::fmt::Display) -> Self {
        Self::new(t!("trouble.file", path = path.display(), error = error))
    }
}

pub type Outcome<T> = Result<T, Trouble>;

impl Workbook {
    /// Looks upwards from the current folder.
    pub fn find() -> Outcome<Self> {
        let here = std::env::current_dir().map_err(|e| Trouble::file(Path::new("."), &e))?;
        let root = here
            .ancestors()
            .find(|dir| dir.join("Cargo.toml").is_file() && dir.join("katas").is_dir())
            .ok_or_else(|| Trouble::usage(t!("trouble.no_workbook", here = here.display())))?;
        Self::open(root)
    }

    pub fn open(root: &Path) -> Outcome<Self> {
        let dir = root.join("katas");
        let entries = std::fs::read_dir(&dir).map_err(|e| Trouble::file(&dir, &e))?;
        let mut katas = Vec::new();
        for entry in entries.flatten() {
            if entry.path().join("kata.toml").is_file() {
                katas.push(Kata::read(&entry.path())?);
            }
        }
        katas.sort_by_key(|k: &Kata| (k.order, k.id.clone()));
        if katas.is_empty() {
            return Err(Trouble::new(t!("trouble.no_katas", dir = dir.display())));
        }
        Ok(Self { root: root.to_owned(), katas })
    }

    /// What learners see, in the order of the path.
    pub fn path(&self) -> impl Iterator<Item = &Kata> {
        self.katas.iter().filter(|k| !k.draft)
    }

    /// A kata as a person names it: `k02`, `K2`, `2`, `balance-race`, `k02-balance-race`.
    pub fn kata(&self, name: &str) -> Outcome<&Kata> {
        let wanted = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name).to_lowercase();
        let number = wanted.trim_start_matches('k').parse::<u32>().ok();
        self.katas
            .iter()
            .find(|k| {
                let folder = k.folder();
                k.id == wanted
                    || folder == wanted
                    || (wanted.len() > 2
                        && folder.split_once('-').is_some_and(|(_, n)| n.starts_with(&wanted)))
                    || number.is_some_and(|n| k.id.trim_start_matches('k').parse() == Ok(n))
            })
            .ok_or_else(|| {
                let known: Vec<&str> = self.path().map(|k| k.id.as_str()).collect();
                Trouble::usage(t!("trouble.no_such_kata", name = name, known = known.join(", ")))
            })
    }

    /// The kata whose folder is the current one, or above it.
    pub fn kata_here(&self) -> Option<&Kata> {
        let here = std::env::current_dir().ok()?;
        self.katas.iter().find(|k| here.starts_with(&k.dir))
    }

    pub fn solutions(&self, kata: &Kata) -> PathBuf {
        self.root.join("solutions-hidden").join(kata.folder())
    }

    /// An export for students has no solutions.
    pub fn has_solutions(&self) -> bool {
        self.root.join("solutions-hidden").is_dir()
    }

    /// # Errors
    /// What to say where there are none.
    pub fn need_solutions(&self, otherwise: impl FnOnce() -> String) -> Outcome<()> {
        if self.has_solutions() { Ok(()) } else { Err(Trouble::new(otherwise())) }
    }

    /// Where the runner builds and keeps what can be thrown away.
    pub fn target(&self) -> PathBuf {
        self.root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// A path as a person at the root would type it.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}
