use std::process::ExitCode;

use crate::cli::Target;
use crate::command::target;
use crate::progress::{Progress, State};
use crate::t;
use crate::terminal::{bold, dim, fold};
use crate::workbook::{self, Kata, Outcome, Step, Trouble, Workbook};

/// Shows the reference of a step: after it passed, after all its hints, or with `--give-up`.
pub fn run(workbook: &Workbook, give_up: bool, wanted: &Target) -> Outcome<ExitCode> {
    workbook.need_solutions(|| t!("trouble.no_solutions"))?;
    let mut progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, wanted.kata.as_deref())?;
    let step = match wanted.step {
        Some(number) => target::numbered(kata, number)?,
        // Without a number: the step that passed last, else the one at hand.
        None => last_passed(&progress, kata)
            .or_else(|| progress.next_step(kata))
            .unwrap_or(&kata.steps[0]),
    };
    let state = progress.state(kata, step);
    let levels = workbook::hints(kata, &step.module)?.len();
    let hints = progress.hints(kata, step);
    let title = t!("board.step", n = step.number, title = step.title());
    if state != State::Passed && hints < levels && !give_up {
        let left = levels - hints;
        return Err(Trouble::new(t!(
            "solution.not_yet",
            kata = kata.id,
            step = title,
            left = left,
            n = step.number
        )));
    }
    let path = workbook.solutions(kata).join("reference").join(step.file());
    let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    println!("{} {}\n", bold(&format!("{} {title}", kata.id)), dim(&workbook.shown(&path)));
    println!("{}", source.trim_end());
    others(workbook, kata, step)?;
    if matches!(state, State::Open | State::Skipped | State::Recheck) {
        progress.set(kata, step, State::Read);
        progress.save()?;
        println!();
        print!("{}", fold(&t!("solution.read"), 0));
    }
    Ok(ExitCode::SUCCESS)
}

fn last_passed<'k>(progress: &Progress, kata: &'k Kata) -> Option<&'k Step> {
    kata.steps.iter().rfind(|s| progress.state(kata, s) == State::Passed)
}

/// Other right answers to the same step.
fn others(workbook: &Workbook, kata: &Kata, step: &Step) -> Outcome<()> {
    let others: Vec<String> = workbook::alternates(workbook, kata)?
        .into_iter()
        .filter(|a| a.dir.join(step.file()).is_file())
        .map(|a| workbook.shown(&a.dir.join(step.file())))
        .collect();
    if !others.is_empty() {
        println!("\n{}", t!("solution.others"));
    }
    for other in others {
        println!("  {other}");
    }
    Ok(())
}
