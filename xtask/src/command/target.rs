use crate::cli::Target;
use crate::progress::Progress;
use crate::t;
use crate::workbook::{Kata, Outcome, Step, Trouble, Workbook};

/// The kata that a command is about: the named one, that of the current folder, or the learner's.
pub fn kata<'w>(
    workbook: &'w Workbook,
    progress: &Progress,
    name: Option<&str>,
) -> Outcome<&'w Kata> {
    match name {
        Some(name) => workbook.kata(name),
        None => workbook
            .kata_here()
            .or_else(|| progress.next_kata(workbook))
            .or_else(|| workbook.path().last())
            .ok_or_else(|| Trouble::new(t!("trouble.no_katas", dir = "katas"))),
    }
}

/// A step by its number.
pub fn numbered(kata: &Kata, number: usize) -> Outcome<&Step> {
    kata.step(number).ok_or_else(|| {
        Trouble::usage(t!(
            "trouble.no_such_step",
            kata = kata.id,
            step = number,
            last = kata.steps.len()
        ))
    })
}

/// The step that a command is about: the named one, or the first unfinished, or the last.
pub fn step<'w>(
    workbook: &'w Workbook,
    progress: &Progress,
    target: &Target,
) -> Outcome<(&'w Kata, &'w Step)> {
    let kata = kata(workbook, progress, target.kata.as_deref())?;
    let step = match target.step {
        Some(number) => numbered(kata, number)?,
        None => match progress.next_step(kata).or(kata.steps.last()) {
            Some(step) => step,
            None => return numbered(kata, 1).map(|s| (kata, s)),
        },
    };
    Ok((kata, step))
}
