//! The page of a kata, by the template of the plan.

use std::fmt::Write as _;

use super::excerpt::Code;
use super::made;
use super::measured::{Measured, Picture};
use super::page::{Page, Skeleton, fence, lines};
use crate::progress::{Progress, State};
use crate::t;
use crate::words::lang;
use crate::workbook::{self, Asks, Kata, Outcome, Section, Workbook};

/// A page on which nobody has written yet, in the language of this process.
pub fn skeleton(kata: &Kata, asks: &Asks) -> Page {
    let mut page = Skeleton::new(&kata.id, lang(), &format!("{}: {}", kata.id, kata.title()));
    let ask = |section| asks.questions(section);
    page.part("about");
    page.heading(2, &t!("page.problem")).ask(ask(Section::Problem));
    page.heading(2, &t!("page.implementation")).part("made").ask(ask(Section::Implementation));
    page.heading(2, &t!("page.code")).part("code").ask(ask(Section::Code));
    page.heading(2, &t!("page.results")).part("results").ask(ask(Section::Results));
    page.heading(2, &t!("page.learnings"));
    page.heading(3, &t!("page.worked")).ask(ask(Section::Worked));
    page.heading(3, &t!("page.failed")).ask(ask(Section::Failed));
    page.heading(3, &t!("page.trade_offs")).ask(ask(Section::TradeOffs));
    page.heading(2, &t!("page.application")).ask(ask(Section::Application));
    page.finish()
}

/// What is generated on the page, by the names of its places.
///
/// # Errors
/// Files of the learner's that cannot be read.
pub fn parts(
    workbook: &Workbook,
    progress: &Progress,
    kata: &Kata,
    asks: &Asks,
    measured: Option<&Measured>,
) -> Outcome<Vec<(&'static str, String)>> {
    let about = [
        format!("*{}*", t!("page.when", month = kata.month, weeks = kata.weeks)),
        format!("> {}", t!("page.rule", command = format!("cargo xtask report {}", kata.id))),
    ];
    let made = made::text(workbook, progress, kata);
    let code = code(kata, asks)?;
    let results = [held(progress, kata)?, measuring(kata, measured)];
    Ok(vec![
        ("about", about.join("\n\n")),
        ("made", made),
        ("code", code),
        ("results", results.join("\n\n")),
    ])
}

fn code(kata: &Kata, asks: &Asks) -> Outcome<String> {
    let place = |file: &str| format!("katas/{}/src/{file}", kata.folder());
    let own = t!("page.mark_code", begin = "// ANCHOR: notebook", end = "// ANCHOR_END: notebook");
    let text = match Code::of(&kata.src(), asks.code.as_ref())? {
        Code::Unnamed => return Ok(format!("*{own}*")),
        Code::Unwritten(item) => {
            t!("page.unwritten", item = item.name, file = place(&item.file))
        }
        Code::Renamed(item) => t!("page.renamed", item = item.name, file = place(&item.file)),
        Code::Shown(excerpts) => {
            let mut out = String::new();
            for excerpt in excerpts {
                let fence = fence(&excerpt.text);
                let (file, lines) = (place(&excerpt.file), lines(&excerpt.lines));
                let _ = writeln!(out, "{}\n", t!("page.lines", file = file, lines = lines));
                let _ = writeln!(out, "{fence}rust\n{}\n{fence}\n", excerpt.text);
            }
            return Ok(out);
        }
    };
    Ok(format!("*{text} {own}*"))
}

/// What of the suite holds.
fn held(progress: &Progress, kata: &Kata) -> Outcome<String> {
    let passed = |module: &str| {
        let step = kata.steps.iter().find(|step| step.module == module);
        step.is_some_and(|step| progress.state(kata, step) == State::Passed)
    };
    let tests = workbook::read(kata)?;
    let held = tests.iter().filter(|test| passed(&test.step)).count();
    let steps = kata.steps.iter().filter(|step| passed(&step.module)).count();
    Ok(t!("page.held", steps = steps, of = kata.steps.len(), held = held, tests = tests.len()))
}

/// What was measured: table, pictures, and what they belong to.
pub fn measuring(kata: &Kata, measured: Option<&Measured>) -> String {
    let command = format!("`cargo xtask bench {}`", kata.id);
    let Some(measured) = measured else {
        return if kata.measures() {
            t!("page.not_measured", command = command)
        } else {
            t!("page.no_bench")
        };
    };
    let mut out = vec![t!(
        "page.machine",
        machine = measured.machine(),
        versions = measured.versions.join(", ")
    )];
    if measured.quick {
        out.push(t!("page.quick", command = command));
    }
    if measured.stopped > 0 {
        out.push(t!("page.stopped", stopped = measured.stopped, runs = measured.runs));
    }
    out.extend(measured.table.clone());
    for Picture { name, title, .. } in &measured.pictures {
        out.push(format!("![{title}]({}/{name})", kata.id));
    }
    // By which a later report tells its own pictures from others of that name.
    let signed = |p: &Picture| format!("{} {}", p.name, Picture::stamp(&p.bytes));
    if !measured.pictures.is_empty() {
        let stamps: Vec<String> = measured.pictures.iter().map(signed).collect();
        out.push(format!("<!-- {} -->", stamps.join(", ")));
    }
    out.join("\n\n")
}
