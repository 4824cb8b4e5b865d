//! `cargo xtask grade`: grades a class. Built when it is first used.
//!
//! The engine is the runner's: what `check` and `verify` do to a submission happens here, wrapped in
//! a sandbox. This file only dispatches.

mod class;
mod cli;
mod collect;
mod command;
mod doctor;
mod intake;
mod postgres;
mod report;
mod result;
mod sandbox;
mod store;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use xtask::workbook::Trouble;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|word| word == sandbox::stage::WORD) {
        return sandbox::stage::run(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == postgres::watch::WORD) {
        return postgres::watch::run(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == doctor::probe::WORD) {
        let grader = arguments.get(1).and_then(|pid| pid.to_str()?.parse().ok());
        return doctor::probe::run(grader);
    }
    let (common, command) = match cli::read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    xtask::terminal::choose(common.plain);
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            tell(&trouble);
            ExitCode::from(code_of(&trouble))
        }
    }
}

/// What a compiler said keeps its lines; all else is told in the terminal's width.
fn tell(trouble: &Trouble) {
    match code_of(trouble) {
        3 => eprintln!("{}", trouble.message),
        _ => eprint!("{}", xtask::terminal::fold(&trouble.message, 0)),
    }
}

/// Of what did not work: 1 is what `--strict` says of marks, so whatever fails here is `incomplete`.
fn code_of(trouble: &Trouble) -> u8 {
    match trouble.code {
        1 => 3,
        code => code,
    }
}
