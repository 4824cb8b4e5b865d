use std::process::ExitCode;

use crate::cli::Target;
use crate::command::target;
use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, dim, fold, hint};
use crate::workbook::{self, Outcome, Trouble, Workbook};

/// One more level of hints each time: symptom, mechanism, sketch. Always available.
pub fn run(workbook: &Workbook, wanted: &Target) -> Outcome<ExitCode> {
    let mut progress = Progress::load(workbook)?;
    let (kata, step) = target::step(workbook, &progress, wanted)?;
    let levels = workbook::hints(kata, &step.module)?;
    if levels.is_empty() {
        return Err(Trouble::new(t!("hint.none", kata = kata.id, step = step.number)));
    }
    if progress.hints(kata, step) < levels.len() {
        progress.count_hint(kata, step);
        progress.save()?;
    }
    let shown = progress.hints(kata, step);
    let names = [t!("hint.symptom"), t!("hint.mechanism"), t!("hint.sketch")];
    let title = t!("board.step", n = step.number, title = step.title());
    println!("{}", bold(&format!("{} {title}", kata.id)));
    for (i, level) in levels.iter().take(shown).enumerate() {
        let name = names.get(i).map_or("", String::as_str);
        println!("\n{} {}", hint(name), dim(&t!("hint.level", n = i + 1, of = levels.len())));
        print!("{}", fold(level, 2));
    }
    println!();
    let after = if shown < levels.len() {
        t!("hint.more")
    } else if workbook.has_solutions() {
        t!("hint.last")
    } else {
        t!("hint.last_here")
    };
    print!("{}", fold(&after, 0));
    Ok(ExitCode::SUCCESS)
}
