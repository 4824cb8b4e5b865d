use std::process::ExitCode;

use crate::cli::Target;
use crate::command::target;
use crate::progress::{Progress, State};
use crate::show;
use crate::t;
use crate::terminal::fold;
use crate::workbook::{Outcome, Workbook};

/// Leaves a step for later. It stays on the board as owed.
pub fn run(workbook: &Workbook, wanted: &Target) -> Outcome<ExitCode> {
    let mut progress = Progress::load(workbook)?;
    let (kata, step) = target::step(workbook, &progress, wanted)?;
    let name = t!("board.step", n = step.number, title = step.title());
    if progress.state(kata, step) == State::Passed {
        print!("{}", fold(&t!("skip.passed", kata = kata.id, step = name), 0));
        return Ok(ExitCode::SUCCESS);
    }
    progress.set(kata, step, State::Skipped);
    progress.current = Some(kata.id.clone());
    progress.save()?;
    print!("{}", fold(&t!("skip.done", kata = kata.id, step = name), 0));
    println!();
    print!("{}", show::where_to_begin(workbook, &progress));
    Ok(ExitCode::SUCCESS)
}
