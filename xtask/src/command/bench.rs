use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::external::{External, common, hand_over, not_started};
use super::target;
use crate::cli::Bench;
use crate::engine::{Overlay, Slot, cargo};
use crate::progress::Progress;
use crate::t;
use crate::terminal::look;
use crate::words::lang;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// What measures the workbook itself, instead of a kata.
const ITSELF: &str = "self";

/// Measures a kata's strategies, where it has some, with optimised code; or the workbook itself.
///
/// The learner's own code, or the reference, staged. What is measured is kept for `report`.
pub fn run(workbook: &Workbook, options: &Bench) -> Outcome<ExitCode> {
    if options.what.as_deref() == Some(ITSELF) {
        return itself(workbook, options);
    }
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, options.what.as_deref())?;
    if !kata.measures() {
        let some: Vec<&str> =
            workbook.path().filter(|k| k.measures()).map(|k| k.id.as_str()).collect();
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
    let mut command = if options.reference {
        eprintln!("{building}");
        let mut command = Command::new(of_reference(workbook, kata, &program)?);
        command.current_dir(&workbook.root);
        command
    } else {
        program.command(workbook, &building)
    };
    common(&mut command);
    for (flag, on) in
        [("--quick", options.quick), ("--json", options.json), ("--grid", options.grid)]
    {
        command.args(on.then_some(flag));
    }
    for (name, value) in
        [("--points", &options.points), ("--target", &options.target), ("--rate", &options.rate)]
    {
        if let Some(value) = value {
            command.args([name, value]);
        }
    }
    if !options.grid {
        command.arg("--keep").arg(folder(kata, options.reference));
    }
    hand_over(command)
}

/// Where what is measured is kept, from the workbook's root.
fn folder(kata: &Kata, reference: bool) -> PathBuf {
    let folder = Path::new(".trece/bench").join(&kata.id);
    if reference { folder.join("reference") } else { folder }
}

/// The program with the reference in the place of the learner's code, copied out of the staging
/// folder: that is free again while somebody measures, and the program takes over from this one.
fn of_reference(workbook: &Workbook, kata: &Kata, program: &External) -> Outcome<PathBuf> {
    workbook.need_solutions(|| t!("trouble.no_solutions"))?;
    let slot = Slot::lock(workbook)?;
    slot.stage(workbook, kata, &Overlay::of(&workbook.solutions(kata).join("reference"))?)?;
    let mut compiler = cargo(&slot.root());
    compiler.args(["build", "--quiet", "-p", program.package, "--bin", program.binary]);
    let profile = if program.release {
        compiler.arg("--release");
        "release"
    } else {
        "debug"
    };
    compiler.env("CARGO_TARGET_DIR", slot.target());
    if !compiler.status().map_err(|e| not_started(&e))?.success() {
        return Err(Trouble::new(t!("bench.not_built", kata = kata.id)));
    }
    let name = format!("{}{}", program.binary, std::env::consts::EXE_SUFFIX);
    let built = slot.target().join(profile).join(name);
    slot.copy_out(&built, &format!("{}-reference", program.binary))
}

/// How the workbook keeps its own budgets. The package is told who runs it.
fn itself(workbook: &Workbook, options: &Bench) -> Outcome<ExitCode> {
    const BUDGETS: External<'static> =
        External { package: "xtask-budgets", binary: "xtask-budgets", release: false };
    let mut command = BUDGETS.command(workbook, &t!("bench.building_self"));
    command.args(["--lang", lang().code()]);
    for (flag, on) in [
        ("--quick", options.quick),
        ("--json", options.json),
        ("--all", options.all),
        ("--plain", look().plain),
    ] {
        command.args(on.then_some(flag));
    }
    command.arg(&workbook.root);
    hand_over(command)
}
