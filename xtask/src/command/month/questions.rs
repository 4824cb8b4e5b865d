//! One question after the other. A number answers, Return leaves it open, the end of the input
//! stops.

use std::io::Write;

use super::answers::Answers;
use super::timeline;
use crate::t;
use crate::terminal::{bold, dim, fold, good};
use crate::workbook::{Month, Outcome, Question};

/// Asks what is open. A timeline is shown before the first question about it.
pub fn ask(month: &Month, answers: &mut Answers) -> Outcome<()> {
    let all = month.all().count();
    let own = month.questions.len();
    let mut shown = false;
    for (n, question) in month.all().enumerate() {
        if answers.solved(question).is_some() {
            continue;
        }
        if n >= own && !shown {
            shown = true;
            println!("\n{}", bold(&t!("month.timeline")));
            print!("{}", fold(month.setting(), 0));
            println!("\n{}", timeline(month).trim_end());
        }
        println!("\n{}", bold(&t!("month.question", n = n + 1, all = all)));
        print!("{}", fold(question.question(), 0));
        for (i, choice) in question.choices().enumerate() {
            // Under its own words, not under its number.
            print!("  {}. {}", i + 1, fold(choice, 5).trim_start());
        }
        println!("{}", dim(&t!("predict.skip")));
        if one(question, answers)?.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// None at the end of the input.
fn one(question: &Question, answers: &mut Answers) -> Outcome<Option<()>> {
    let choices = question.choices().count();
    loop {
        let Some(line) = line()? else {
            println!();
            return Ok(None);
        };
        if line.is_empty() {
            return Ok(Some(()));
        }
        let Some(choice) = line.parse().ok().filter(|n| (1..=choices).contains(n)) else {
            println!("{}", t!("predict.choose", n = choices));
            continue;
        };
        let choice: usize = choice - 1;
        answers.add(question, choice)?;
        let right = choice == question.answer;
        let word = if right { good(&t!("predict.right")) } else { t!("month.not_that") };
        print!("{}", fold(&format!("{word} {}", question.why(choice)), 2));
        if right {
            return Ok(Some(()));
        }
        println!("  {}", dim(&t!("month.try_again")));
    }
}

/// What was typed; none at the end.
fn line() -> Outcome<Option<String>> {
    print!("> ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}
