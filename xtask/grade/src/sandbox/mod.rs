//! What stands between a submission and everything else.
//!
//! Two phases, two rooms. *Building* sees the toolchain, the registry and the staged workspace, all
//! read-only, and writes to a target folder. *Running* sees the test program, which it can execute
//! and not read, the system's libraries and one empty folder. Neither has a network, an environment
//! or a privilege; where the grader is root, each slot has an unprivileged user of its own.
//!
//! Before a program of either room begins, a stage of this very program ([`stage`]) has set its
//! limits and its filter of system calls.

mod bwrap;
mod landlock;
mod places;
mod seccomp;
mod server;
pub mod stage;
mod usage;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::postgres::cluster;
use xtask::engine::{BEGUN, Jail, Layout};
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

pub use places::{MOST_SLOTS, Places, Run};
pub use server::Server;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bwrap,
    Landlock,
    None,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bwrap => "bwrap",
            Self::Landlock => "landlock",
            Self::None => "none",
        }
    }
}

/// What a submission may use up.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Of one process, bytes of address space.
    pub address_space: u64,
    /// Of all processes of a test together, bytes that are really used.
    pub memory: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of a test.
    pub disk: u64,
    /// Bytes of output.
    pub output: usize,
    /// Of a test, as long as it shows no progress. Of a build, after which a machine is too busy to
    /// grade.
    pub deadline: Duration,
    /// Of one process, seconds of processor time; none where progress is what counts. A busy machine
    /// uses no more of it than an idle one.
    pub processor: Option<u64>,
}

const GIB: u64 = 1 << 30;

impl Allowance {
    /// For tests.
    pub fn tests() -> Self {
        Self {
            address_space: 4 * GIB,
            memory: GIB,
            processes: 256,
            file: 32 << 20,
            disk: 64 << 20,
            output: 64 << 10,
            deadline: Duration::from_secs(60),
            processor: None,
        }
    }

    /// For PostgreSQL.
    pub fn server() -> Self {
        Self { processes: 512, file: GIB, processor: None, ..Self::build() }
    }

    /// For a compiler and a linker.
    pub fn build() -> Self {
        Self {
            address_space: 6 * GIB,
            memory: 3 * GIB,
            processes: 256,
            file: GIB,
            disk: 4 * GIB,
            output: 64 << 10,
            deadline: Duration::from_secs(600),
            processor: Some(60),
        }
    }
}

/// What decides how a submission is treated, in words: part of every key and of every result.
pub fn policy(kind: Kind, builds: &Allowance, tests: &Allowance) -> String {
    format!("{} v1 {builds:?} {tests:?} {:?}", kind.as_str(), seccomp::NAMES)
}

/// The sandbox that was asked for, or the best that this machine has.
///
/// # Errors
/// With code 4 where there is none: grading without one is never a fallback.
pub fn choose(asked: &str) -> Outcome<Kind> {
    let none = |why: String| Trouble { message: t!("grade.no_isolation", why = why), code: 4 };
    match asked {
        "bwrap" => probe(Kind::Bwrap).map(|()| Kind::Bwrap).map_err(none),
        "landlock" => probe(Kind::Landlock).map(|()| Kind::Landlock).map_err(none),
        "none" => Ok(Kind::None),
        "auto" => match probe(Kind::Bwrap) {
            Ok(()) => Ok(Kind::Bwrap),
            Err(first) => match probe(Kind::Landlock) {
                Ok(()) => Ok(Kind::Landlock),
                Err(second) => Err(none(format!("bwrap: {first}; landlock: {second}"))),
            },
        },
        other => Err(Trouble::usage(t!("grade.bad_sandbox", kind = other))),
    }
}

/// Hides one of them from [`choose`], for the proof that there is no silent fallback:
/// `bwrap`, `landlock`, or both with a comma between.
const WITHOUT_ENV: &str = "TRECE_GRADE_WITHOUT";

/// Does it hold here? A program is run in it, which is the only way to know.
fn probe(kind: Kind) -> Result<(), String> {
    let without = std::env::var(WITHOUT_ENV).unwrap_or_default();
    if without.split(',').any(|word| word == kind.as_str()) {
        return Err(format!("{WITHOUT_ENV}={without}"));
    }
    let run = Run::new().map_err(|e| e.message)?;
    let dir = run.dir.join("probe");
    std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
    let places = Places::find(&run).map_err(|e| e.message)?;
    let jail = jail(kind, &dir, 0, Arc::new(places), None).map_err(|e| e.message)?;
    let Some(jail) = jail else { return Ok(()) };
    let true_program = run.dir.join("true");
    std::fs::copy("/bin/true", &true_program).map_err(|e| e.to_string())?;
    let mut command = jail.test(&true_program, &dir).map_err(|e| e.message)?;
    let output = command.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && said.contains(BEGUN) {
        Ok(())
    } else {
        Err(said.trim().to_owned())
    }
}

/// The jail of a slot whose folder is `dir`; none without a sandbox. `sockets`: of the PostgreSQL
/// that its tests may use.
pub fn jail(
    kind: Kind,
    dir: &Path,
    number: usize,
    places: Arc<Places>,
    sockets: Option<PathBuf>,
) -> Outcome<Option<Arc<dyn Jail>>> {
    let user = places::user(number);
    let slot = Layout::new(dir);
    Ok(match kind {
        Kind::Bwrap => Some(Arc::new(bwrap::Bwrap { user, slot, places, sockets })),
        Kind::Landlock => {
            landlock::supported()?;
            // One for all slots, which are copies of the first.
            let bare_home = places.bare_home(dir.parent().unwrap_or(dir))?;
            Some(Arc::new(landlock::Landlock { user, slot, places, bare_home, sockets }))
        }
        Kind::None => None,
    })
}

/// The user of a slot, where it has one of its own.
pub fn user(slot: usize) -> Option<u32> {
    places::user(slot).map(|user| user.id)
}

/// An unprivileged user.
#[derive(Debug, Clone, Copy)]
pub struct User {
    pub id: u32,
}

/// Gives a test's folder to the user of its slot, with a place for temporary files in it.
fn furnish(dir: &Path, user: Option<User>) -> Outcome<()> {
    let temporary = dir.join("tmp");
    let done = std::fs::create_dir_all(&temporary).and_then(|()| match user {
        Some(User { id }) => [dir, &temporary]
            .iter()
            .try_for_each(|dir| std::os::unix::fs::chown(dir, Some(id), Some(id))),
        None => Ok(()),
    });
    done.map_err(|e| Trouble::file(dir, &e))
}

/// The environment of a test, and nothing else of this process's.
fn test_environment(command: &mut Command, dir: &Path, sockets: Option<&Path>) {
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir.join("tmp"))
        .env("TMPDIR", dir.join("tmp"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0");
    // Only where a server runs for it.
    if let Some(sockets) = sockets.filter(|dir| cluster::socket(dir).exists()) {
        command.env(cluster::LENT_ENV, sockets);
    }
}

/// How everything is built: what was built otherwise is built anew.
///
/// Nobody debugs here, and lines for a debugger take a fifth of a suite's build.
pub const BUILD: [(&str, &str); 2] = [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")];

/// The environment of a build.
fn build_environment(command: &mut Command, sysroot: &Path, cargo_home: &Path, target: &Path) {
    command
        .env_clear()
        .env("PATH", format!("{}/bin:/usr/bin:/bin", sysroot.display()))
        .env("HOME", target)
        .env("TMPDIR", target)
        .env("CARGO_HOME", cargo_home)
        .env("CARGO_TARGET_DIR", target)
        .envs(BUILD)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTC", sysroot.join("bin/rustc"));
}

/// Waits until a process that was told to end has ended.
fn reap(child: &mut Child) {
    let patience = Instant::now() + Duration::from_secs(5);
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
}
