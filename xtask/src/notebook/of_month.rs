//! The page of a month: what its katas have brought, and its milestone.

use super::measured::Measured;
use super::of_kata::measuring;
use super::page::{Page, Skeleton};
use crate::progress::{Progress, State};
use crate::t;
use crate::words::lang;
use crate::workbook::{Kata, Month};

/// A kata of the month.
pub struct Brought<'a> {
    pub kata: &'a Kata,
    pub measured: Option<Measured>,
    /// Places that wait on its page; none where it has no page yet.
    pub open: Option<usize>,
}

/// What was answered at which try; none where a question is open.
pub struct Answered<'a> {
    pub question: &'a str,
    pub tries: Option<usize>,
}

/// A page on which nobody has written yet, in the language of this process.
pub fn skeleton(month: &Month) -> Page {
    let id = format!("month-{}", month.number);
    let mut page = Skeleton::new(&id, lang(), &t!("page.month", n = month.number));
    page.part("about");
    page.heading(2, &t!("page.katas")).part("katas");
    page.heading(2, &t!("page.results")).part("results").ask([t!("ask.compared")]);
    page.heading(2, &t!("page.milestone")).part("milestone").ask(month.write());
    page.heading(2, &t!("page.learnings")).ask([t!("ask.month"), t!("ask.next")]);
    page.finish()
}

/// What is generated on the page, by the names of its places.
pub fn parts(
    progress: &Progress,
    month: &Month,
    brought: &[Brought<'_>],
    answered: &[Answered<'_>],
) -> Vec<(&'static str, String)> {
    let command = format!("cargo xtask month {}", month.number);
    let about =
        [format!("*{}*", month.milestone()), format!("> {}", t!("page.rule", command = command))];
    let results = brought.iter().filter(|b| b.measured.is_some() || b.kata.measures());
    let results: Vec<String> = results
        .map(|b| {
            let title = format!("### {}: {}", b.kata.id, b.kata.title());
            format!("{title}\n\n{}", measuring(b.kata, b.measured.as_ref()))
        })
        .collect();
    vec![
        ("about", about.join("\n\n")),
        ("katas", katas(progress, brought)),
        ("results", results.join("\n\n")),
        ("milestone", milestone(answered)),
    ]
}

fn katas(progress: &Progress, brought: &[Brought<'_>]) -> String {
    let mut lines = vec![
        format!("| {} | {} | {} |", t!("page.kata"), t!("page.core"), t!("page.page")),
        "|---|---|---|".to_owned(),
    ];
    for Brought { kata, open, .. } in brought {
        let held = kata.core().filter(|s| progress.state(kata, s) == State::Passed).count();
        let core = t!("page.of", n = held, all = kata.core().count());
        let page = match open {
            None => format!("`cargo xtask report {}`", kata.id),
            Some(0) => format!("[{0}.md]({0}.md)", kata.id),
            Some(n) => format!("[{0}.md]({0}.md), {1}", kata.id, t!("page.places", n = n)),
        };
        lines.push(format!("| {} {} | {core} | {page} |", kata.id, kata.title()));
    }
    lines.join("\n")
}

fn milestone(answered: &[Answered<'_>]) -> String {
    let mut lines = vec![
        format!("| {} | {} |", t!("page.question"), t!("page.answered")),
        "|---|---|".to_owned(),
    ];
    for Answered { question, tries } in answered {
        let word = match tries {
            None => t!("page.still_open"),
            Some(1) => t!("page.first_try"),
            Some(n) => t!("page.at_try", n = n),
        };
        lines.push(format!("| {question} | {word} |"));
    }
    lines.join("\n")
}
