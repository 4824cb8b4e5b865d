//! One file a command.

mod bench;
mod board;
mod book;
mod check;
mod completions;
mod doctor;
mod export;
mod external;
mod grade;
mod hint;
mod month;
mod new;
mod play;
mod predict;
mod replay;
mod report;
mod reset;
mod skip;
mod solution;
mod target;
mod verify;
mod watch;

use std::process::ExitCode;

use crate::cli::Command;
use crate::workbook::{Outcome, Workbook};

pub fn run(command: Command) -> Outcome<ExitCode> {
    if let Command::Completions { shell } = &command {
        return completions::run(shell);
    }
    if let Command::Grade { arguments } = &command {
        return grade::run(arguments);
    }
    let workbook = Workbook::find()?;
    match command {
        Command::Board => board::run(&workbook),
        Command::Check(options) => check::run(&workbook, &options),
        Command::Watch { kata } => watch::run(&workbook, kata.as_deref()),
        Command::Play { kata } => play::run(&workbook, kata.as_deref()),
        Command::Replay { code } => replay::run(&workbook, &code),
        Command::Hint(target) => hint::run(&workbook, &target),
        Command::Skip(target) => skip::run(&workbook, &target),
        Command::Solution { give_up, target } => solution::run(&workbook, give_up, &target),
        Command::Reset(target) => reset::run(&workbook, &target),
        Command::List { json } => board::list(&workbook, json),
        Command::Next => board::next(&workbook),
        Command::Bench(options) => bench::run(&workbook, &options),
        Command::Report { kata } => report::run(&workbook, kata.as_deref()),
        Command::Month { again, number } => month::run(&workbook, number, again),
        Command::Book { build: true, .. } => book::build_only(&workbook),
        Command::Book { port, open, kata, .. } => book::run(&workbook, port, open, kata.as_deref()),
        Command::Doctor => Ok(doctor::run(&workbook)),
        Command::New { title, id } => new::run(&workbook, &id, title.as_deref()),
        Command::Export { to } => export::run(&workbook, &to),
        Command::Verify(options) => verify::run(&workbook, &options),
        Command::Completions { .. } | Command::Grade { .. } => unreachable!("handled above"),
    }
}
