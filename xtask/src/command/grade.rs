use std::ffi::OsString;
use std::process::ExitCode;

use super::external::{External, hand_over};
use crate::t;
use crate::workbook::{Outcome, Workbook};

/// For instructors; learners never build it.
const GRADER: External<'static> =
    External { package: "xtask-grade", binary: "xtask-grade", release: false };

/// Grades a class. The grader reads its own arguments.
pub fn run(arguments: &[OsString]) -> Outcome<ExitCode> {
    let workbook = Workbook::find()?;
    let mut command = GRADER.command(&workbook, &t!("grade.building"));
    // `cargo` runs at the root; what a person typed is relative to where he is.
    command.current_dir(std::env::current_dir()?).args(arguments);
    hand_over(command)
}
