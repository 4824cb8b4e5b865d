//! The milestone of a month: questions, a timeline, and the page that gathers the month.

mod answers;
mod questions;

use std::process::ExitCode;

use answers::Answers;

use super::report;
use crate::notebook::{Answered, Brought, Measured, Shelf, parts_of_month, skeleton_of_month};
use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, dim, fold, good, look, sign};
use crate::words::{lang, within};
use crate::workbook::{Kata, Month, Outcome, Trouble, Workbook, months};

/// Asks what is still open, then writes the page of the month.
pub fn run(workbook: &Workbook, number: i64, again: bool) -> Outcome<ExitCode> {
    let Some(month) = Month::find(workbook, number)? else {
        let known: Vec<String> = months(workbook).iter().map(ToString::to_string).collect();
        return Err(Trouble::usage(t!("month.none", n = number, known = known.join(", "))));
    };
    let progress = Progress::load(workbook)?;
    let mut answers = Answers::load(workbook, number)?;
    for notice in [&progress.notice, &answers.notice].into_iter().flatten() {
        eprintln!("{notice}");
    }
    if again {
        answers.forget();
    }
    // Before anything is asked: a page that cannot be renewed stops it here.
    let id = format!("month-{number}");
    Shelf::open(workbook, &id)?;
    println!("{}", bold(&t!("month.title", n = number)));
    print!("{}", fold(month.milestone(), 0));
    questions::ask(&month, &mut answers)?;

    let solved = month.all().filter(|q| answers.solved(q).is_some()).count();
    let first = month.all().filter(|q| answers.solved(q) == Some(1)).count();
    let all = month.all().count();
    let mark =
        if solved == all { good(sign("✓", &t!("word.holds"))) + " " } else { String::new() };
    println!();
    print!("{mark}{}", fold(&t!("month.solved", n = solved, all = all, first = first), 0));
    if solved == all {
        println!("{}", dim(&t!("month.again", n = number)));
    } else {
        println!("{}", dim(&t!("month.go_on", n = number)));
    }
    println!();
    write(workbook, &progress, &month, &answers, &id)?;
    Ok(ExitCode::from(u8::from(solved < all)))
}

fn write(
    workbook: &Workbook,
    progress: &Progress,
    month: &Month,
    answers: &Answers,
    id: &str,
) -> Outcome<()> {
    let katas: Vec<&Kata> = workbook.path().filter(|k| k.month == month.number).collect();
    let mut brought = Vec::new();
    for kata in katas {
        let open = Shelf::open(workbook, &kata.id)?.waiting();
        brought.push(Brought { kata, measured: Measured::read(workbook, kata)?, open });
    }
    let shelf = Shelf::open(workbook, id)?;
    let parts = within(shelf.lang().unwrap_or_else(lang), || {
        let answered: Vec<Answered<'_>> = month
            .all()
            .map(|q| Answered { question: q.question(), tries: answers.solved(q) })
            .collect();
        parts_of_month(progress, month, &brought, &answered)
    });
    let pictures: Vec<(&str, &Measured)> = brought
        .iter()
        .filter_map(|b| b.measured.as_ref().map(|measured| (b.kata.id.as_str(), measured)))
        .collect();
    let written = shelf.write(|| skeleton_of_month(month), &parts, &pictures)?;
    report::tell(&written);
    Ok(())
}

/// The timeline of the month, as wide as the terminal or as sentences.
fn timeline(month: &Month) -> String {
    if look().plain { month.timeline.plain() } else { month.timeline.text(look().width) }
}
