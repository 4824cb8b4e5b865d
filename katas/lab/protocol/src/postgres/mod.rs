//! Where this machine keeps PostgreSQL's server programs.
//!
//! Here, because two need it that share nothing else: the lab, which starts a cluster of its own
//! with them, and the runner, which shows what was found.

pub mod cluster;
mod install;
mod memory;
mod places;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use memory::Memory;

/// Names the folder with the server programs; no other is looked at then.
pub const BIN_ENV: &str = "TRECE_POSTGRES_BIN";

/// The oldest major version that the lab works with (`DROP DATABASE … WITH (FORCE)`).
pub const OLDEST: u32 = 13;

/// What a cluster is made and run with. A client's package has none of them.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// The server programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder of `initdb`, `pg_ctl` and `postgres`.
    pub dir: PathBuf,
    pub major: u32,
    /// As the server names it: `15.8`, `18beta1`.
    pub version: String,
}

/// There is no PostgreSQL that the lab can start. Its text is for a learner to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What was found instead, a sentence.
    pub why: String,
    /// The command that installs PostgreSQL on this system, if that is known.
    pub install: Option<String>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.why)?;
        match &self.install {
            Some(command) => writeln!(f, "Install PostgreSQL:\n  {command}")?,
            None => writeln!(f, "Install PostgreSQL's server with your package manager,")?,
        }
        write!(f, "or name the folder of its server programs in {BIN_ENV}.")
    }
}

impl std::error::Error for Missing {}

/// Finds the newest PostgreSQL of this machine that the lab can start.
///
/// Looks at [`BIN_ENV`] alone if that is set; otherwise at `PATH` and at the folders that Debian,
/// PGDG, Homebrew and others install to without adding them to `PATH`. `cache` is a file that
/// remembers what programs said of themselves, so that asking again starts no process; a program
/// that was replaced is asked anew, and new ones are seen at once.
///
/// # Errors
/// [`Missing`], with the command that installs PostgreSQL here.
pub fn find(cache: Option<&Path>) -> Result<Binaries, Missing> {
    let search = Search {
        named: env::var_os(BIN_ENV).filter(|dir| !dir.is_empty()),
        path: env::var_os("PATH"),
        elsewhere: places::known(),
    };
    search.run(&mut Memory::read(cache))
}

struct Search {
    named: Option<OsString>,
    path: Option<OsString>,
    elsewhere: Vec<PathBuf>,
}

impl Search {
    fn run(&self, memory: &mut Memory) -> Result<Binaries, Missing> {
        let mut found: Vec<Binaries> = Vec::new();
        for dir in self.folders(memory).iter().filter_map(|dir| complete(dir)) {
            if !found.iter().any(|b| b.dir == dir) {
                found.extend(version(&dir, memory));
            }
        }
        memory.write();
        // Of two that are equally new the first: what the person put on `PATH`.
        let newest = found.iter().filter(|b| b.major >= OLDEST).rev().max_by_key(|b| number(b));
        newest.cloned().ok_or_else(|| Missing {
            why: self.explain(found.iter().max_by_key(|b| b.major)),
            install: install::command(),
        })
    }

    fn folders(&self, memory: &mut Memory) -> Vec<PathBuf> {
        if let Some(dir) = &self.named {
            return vec![dir.into()];
        }
        let on_path: Vec<_> = self.path.iter().flat_map(env::split_paths).collect();
        // A version manager's shims know where they lead to; others have only this one on `PATH`.
        let config = on_path.iter().map(|dir| dir.join("pg_config")).find(|p| p.is_file());
        let told = config.and_then(|program| memory.ask(&program, "--bindir"));
        told.map(PathBuf::from).into_iter().chain(on_path).chain(self.elsewhere.clone()).collect()
    }

    fn explain(&self, too_old: Option<&Binaries>) -> String {
        match (too_old, &self.named) {
            (Some(old), _) => format!(
                "PostgreSQL {} is too old: this needs version {OLDEST} or newer.",
                old.version
            ),
            (None, Some(dir)) => format!(
                "{BIN_ENV} names a folder without PostgreSQL's server programs:\n  {}",
                dir.display()
            ),
            (None, None) => format!(
                "This needs PostgreSQL's server programs ({}),\nand this machine has none.",
                PROGRAMS.join(", ")
            ),
        }
    }
}

/// The folder with all the server programs, `initdb`'s links followed (Debian and Homebrew link
/// single programs into a common folder), or else as it was named (a version manager's shims).
fn complete(dir: &Path) -> Option<PathBuf> {
    let program = |dir: &Path, name: &str| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let initdb = fs::canonicalize(program(dir, "initdb")).ok()?;
    [initdb.parent()?, dir]
        .into_iter()
        .find(|dir| PROGRAMS.iter().all(|name| program(dir, name).is_file()))
        .map(Path::to_owned)
}

fn version(dir: &Path, memory: &mut Memory) -> Option<Binaries> {
    let said = memory.ask(&dir.join("postgres"), "--version")?;
    // `postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)`
    let version = said.split_whitespace().find(|word| starts_with_digit(word))?.to_owned();
    let major = leading(&version);
    Some(Binaries { dir: dir.to_owned(), major, version })
}

/// (15, 8) of `15.8`.
fn number(binaries: &Binaries) -> (u32, u32) {
    let minor = binaries.version.split_once('.').map_or(0, |(_, minor)| leading(minor));
    (binaries.major, minor)
}

fn leading(text: &str) -> u32 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or(0)
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(all(test, unix))]
mod tests;
