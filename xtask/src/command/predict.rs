use std::io::Write;

use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, dim, fold, good, interactive};
use crate::workbook::{Kata, Outcome, Step};

/// One question before the first run of a step: what will happen? Return skips it.
pub fn ask(progress: &mut Progress, kata: &Kata, step: &Step) -> Outcome<()> {
    let Some(predict) = step.predict.as_ref().filter(|_| interactive()) else { return Ok(()) };
    if progress.asked(kata, step) {
        return Ok(());
    }
    progress.set_asked(kata, step);
    println!("{} {}", bold(&t!("predict.first")), dim(&t!("predict.skip")));
    print!("{}", fold(predict.question(), 2));
    for (i, choice) in predict.choices().enumerate() {
        print!("{}", fold(&format!("{}. {choice}", i + 1), 4));
    }
    let choices = predict.choices().count();
    while let Some(line) = line()? {
        let Some(chosen) = line.parse().ok().filter(|n| (1..=choices).contains(n)) else {
            println!("{}", t!("predict.choose", n = choices));
            continue;
        };
        let word = if chosen == predict.answer + 1 {
            good(&t!("predict.right"))
        } else {
            t!("predict.other", n = predict.answer + 1)
        };
        print!("{}", fold(&format!("{word} {}", predict.because()), 2));
        break;
    }
    println!();
    Ok(())
}

/// What was typed; none for nothing.
fn line() -> Outcome<Option<String>> {
    print!("> ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(Some(line.trim().to_owned()).filter(|l| !l.is_empty()))
}
