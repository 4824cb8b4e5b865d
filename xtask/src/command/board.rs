use std::process::ExitCode;

use crate::progress::Progress;
use crate::show;
use crate::terminal::fold;
use crate::workbook::{Outcome, Workbook};

/// `cargo xtask` alone.
pub fn run(workbook: &Workbook) -> Outcome<ExitCode> {
    let progress = load(workbook)?;
    print!("{}", show::board(workbook, &progress));
    Ok(ExitCode::SUCCESS)
}

/// Every kata and step, for a person or a program.
pub fn list(workbook: &Workbook, json: bool) -> Outcome<ExitCode> {
    let progress = load(workbook)?;
    if json {
        println!("{}", show::list_json(workbook, &progress).pretty(2));
        return Ok(ExitCode::SUCCESS);
    }
    for kata in workbook.path() {
        println!("{}", show::kata_line(&progress, kata, false));
        for step in &kata.steps {
            print!("{}", fold(&show::step_line(&progress, kata, step), 4));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What to do next, and nothing else.
pub fn next(workbook: &Workbook) -> Outcome<ExitCode> {
    let progress = load(workbook)?;
    print!("{}", show::where_to_begin(workbook, &progress));
    Ok(ExitCode::SUCCESS)
}

fn load(workbook: &Workbook) -> Outcome<Progress> {
    let progress = Progress::load(workbook)?;
    if let Some(notice) = &progress.notice {
        eprintln!("{notice}");
    }
    Ok(progress)
}
