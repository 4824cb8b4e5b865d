//! Packages of the workbook that are built when they are first used, so that nobody waits for
//! what he does not use; and other programs that take over from the runner.

use std::process::{Command, ExitCode, ExitStatus};

use crate::engine::cargo;
use crate::t;
use crate::terminal::look;
use crate::words::lang;
use crate::workbook::{Outcome, Trouble, Workbook};

/// A program of the workspace: `cargo run -p PACKAGE --bin BINARY`.
#[derive(Debug, Clone, Copy)]
pub struct External<'a> {
    pub package: &'a str,
    pub binary: &'a str,
    pub release: bool,
}

impl External<'_> {
    /// Builds it if need be and runs it. Says `building` when it was never built before: cargo
    /// itself would list every package.
    pub fn command(&self, workbook: &Workbook, building: &str) -> Command {
        let profile = if self.release { "release" } else { "debug" };
        let name = format!("{}{}", self.binary, std::env::consts::EXE_SUFFIX);
        if !workbook.target().join(profile).join(name).is_file() {
            eprintln!("{building}");
        }
        let mut command = cargo(&workbook.root);
        command.args(["run", "--quiet", "-p", self.package, "--bin", self.binary]);
        if self.release {
            command.arg("--release");
        }
        command.arg("--");
        command
    }
}

/// Passes on what every command of the runner understands.
pub fn common(command: &mut Command) -> &mut Command {
    command.args(["--lang", lang().code()]);
    if look().plain {
        command.arg("--plain");
    }
    command
}

/// The command takes the place of this process, so that signals, the terminal and the exit code
/// are its own.
#[cfg(unix)]
pub fn hand_over(mut command: Command) -> Outcome<ExitCode> {
    Err(not_started(&std::os::unix::process::CommandExt::exec(&mut command)))
}

#[cfg(not(unix))]
pub fn hand_over(mut command: Command) -> Outcome<ExitCode> {
    command.status().map(code_of).map_err(|e| not_started(&e))
}

pub fn not_started(error: &std::io::Error) -> Trouble {
    Trouble::new(t!("trouble.no_cargo", error = error))
}

pub fn code_of(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
