//! `cargo xtask grade`: grades a class. Built when it is first used.
//!
//! The engine is the runner's: what `check` and `verify` do to a submission happens here, wrapped in
//! a sandbox. This file only dispatches.

mod cli;
mod collect;
mod command;
mod report;
mod result;
mod store;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (common, command) = match cli::read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    xtask::terminal::choose(common.plain);
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            eprintln!("{}", trouble.message);
            ExitCode::from(trouble.code)
        }
    }
}
