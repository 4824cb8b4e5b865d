//! The last stage before a program: it sets limits, filters system calls, says that the program
//! begins, and is replaced by it, as the slot's user.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use xtask::engine::BEGUN;

use super::{Allowance, User, landlock, seccomp};

/// Its name among the arguments of this program.
pub const WORD: &str = "stage";

/// From the soft limit of processor time to the hard one.
const LAST_SECONDS: u64 = 5;

/// What it is told, as JSON in an argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stage {
    user: Option<u32>,
    address_space: u64,
    processes: u64,
    file: u64,
    processor: Option<u64>,
    /// Say that the program begins.
    tell: bool,
    program: PathBuf,
    /// Only without namespaces.
    pub rules: Option<Rules>,
}

/// What Landlock lets a program do with files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rules {
    /// To read and to execute.
    pub read: Vec<PathBuf>,
    /// To execute; a file's mode says whether it can be read.
    pub execute: Vec<PathBuf>,
    pub write: Vec<PathBuf>,
    /// Whether this is a submission's own program.
    pub strict: bool,
}

impl Stage {
    pub fn new(
        user: Option<User>,
        allowance: &Allowance,
        tell: bool,
        program: impl Into<PathBuf>,
    ) -> Self {
        Self {
            user: user.map(|u| u.id),
            address_space: allowance.address_space,
            processes: allowance.processes,
            file: allowance.file,
            processor: allowance.processor,
            tell,
            program: program.into(),
            rules: None,
        }
    }

    pub fn arguments(&self) -> [String; 2] {
        [WORD.to_owned(), serde_json::to_string(self).expect("plain data")]
    }
}

/// `stage JSON ARGUMENT…`; returns only what went wrong.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let told: Option<Stage> =
        arguments.first().and_then(|a| serde_json::from_str(a.to_str()?).ok());
    let why = match told {
        Some(stage) => enter(&stage, &arguments[1..]),
        None => "no orders".to_owned(),
    };
    eprintln!("trece sandbox: {why}");
    ExitCode::from(125)
}

fn enter(stage: &Stage, arguments: &[OsString]) -> String {
    if let Err(why) = prepare(stage) {
        return why;
    }
    let mut program = Command::new(&stage.program);
    program.args(arguments);
    if let Some(user) = stage.user {
        // The standard library also empties the list of groups.
        program.uid(user).gid(user);
    }
    format!("cannot start {}: {}", stage.program.display(), program.exec())
}

fn prepare(stage: &Stage) -> Result<(), String> {
    if let Some(rules) = &stage.rules {
        // A group of its own, which nothing of it can leave: see `seccomp`.
        rustix::process::setsid().map_err(|e| format!("setsid: {e}"))?;
        landlock::enter(rules)?;
    }
    let limit = |resource, soft, hard| {
        let limit = Rlimit { current: Some(soft), maximum: Some(hard) };
        setrlimit(resource, limit).map_err(|e| format!("{resource:?}: {e}"))
    };
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::As, stage.address_space),
        (Resource::Nproc, stage.processes),
        (Resource::Fsize, stage.file),
        (Resource::Nofile, 1024),
    ] {
        limit(resource, most, most)?;
    }
    // At the hard limit of processor time the kernel kills without a word; at the soft one a process
    // is told, and ends, which can be told from a lack of memory.
    if let Some(seconds) = stage.processor {
        limit(Resource::Cpu, seconds, seconds + LAST_SECONDS)?;
    }
    seccomp::enter(stage.rules.as_ref().map(|rules| rules.strict))?;
    if !stage.program.is_file() {
        return Err(format!("there is no {}", stage.program.display()));
    }
    if stage.tell {
        eprint!("{BEGUN}");
    }
    Ok(())
}
