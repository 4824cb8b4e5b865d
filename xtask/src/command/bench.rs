use std::process::ExitCode;

use super::external::{External, code_of, common, hand_over, not_started};
use super::target;
use crate::cli::Bench;
use crate::engine::{Overlay, Slot};
use crate::progress::Progress;
use crate::t;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// Measures a kata's strategies, where it has some, with optimised code.
///
/// The learner's own code, or the reference, staged.
pub fn run(workbook: &Workbook, options: &Bench) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, options.what.as_deref())?;
    if !measures(kata) {
        let some: Vec<&str> =
            workbook.path().filter(|k| measures(k)).map(|k| k.id.as_str()).collect();
        return Err(Trouble::usage(if some.is_empty() {
            t!("bench.nothing", kata = kata.id)
        } else {
            t!("bench.nothing_here", kata = kata.id, some = some.join(", "))
        }));
    }
    let package = format!("{}-bench", kata.id);
    // A grid counts and does not measure: it is not worth a build of its own.
    let program = External { package: &package, binary: &package, release: !options.grid };
    let building = if options.grid { t!("bench.building_grid") } else { t!("bench.building") };
    let mut command = program.command(workbook, &building);
    common(&mut command);
    for (flag, on) in
        [("--quick", options.quick), ("--json", options.json), ("--grid", options.grid)]
    {
        command.args(on.then_some(flag));
    }
    if !options.reference {
        return hand_over(command);
    }
    workbook.need_solutions(|| t!("trouble.no_solutions"))?;
    // The staging folder is held until the measuring is over.
    let slot = Slot::lock(workbook)?;
    slot.stage(workbook, kata, &Overlay::of(&workbook.solutions(kata).join("reference"))?)?;
    command.current_dir(slot.root()).env("CARGO_TARGET_DIR", slot.target());
    command.status().map(code_of).map_err(|e| not_started(&e))
}

fn measures(kata: &Kata) -> bool {
    kata.dir.join("bench/Cargo.toml").is_file()
}
