use std::fmt::Write as _;

use protocol::Status;

use crate::engine::{BuildFailure, Finding, TestResult};
use crate::t;
use crate::terminal::{bad, bold, dim, fold, good, hint, look, sign};
use crate::workbook::{self, Kata, Step, TestEntry};

/// The first failing test: the behaviour in words, what happened instead, the timeline, and where
/// to go from here.
///
/// Of what the code printed, the last `printed` lines.
pub fn failure(
    kata: &Kata,
    step: &Step,
    test: &TestResult,
    beliefs: &[String],
    printed: usize,
) -> String {
    let mut out = String::new();
    let mark = if test.status == Status::NotVerified {
        dim(sign("–", &t!("word.not_verified")))
    } else {
        bad(sign("✗", &t!("word.fails")))
    };
    let _ = writeln!(out, "{mark} {}", bold(&test.entry.name));
    out.push_str(&fold(&test.entry.behaviour, 2));
    if let Some(line) = schedule(test) {
        out.push_str(&fold(&line, 2));
    }
    out.push('\n');
    out.push_str(&fold(&happened(test), 2));
    if let Some(place) = test.outcome.as_ref().and_then(|o| o.place.as_ref()) {
        let _ = writeln!(out, "  {}", dim(&t!("check.at", file = place.file, line = place.line)));
    }
    out.push_str(&timeline(test));
    let lines = test.printed();
    if !lines.is_empty() {
        let _ = writeln!(out, "\n  {}", dim(&t!("check.printed")));
        out.push_str(&fold(&lines[lines.len().saturating_sub(printed)..].join("\n"), 2));
    }
    if !beliefs.is_empty() {
        let heading = if beliefs.len() == 1 { t!("check.belief") } else { t!("check.beliefs") };
        let _ = writeln!(out, "\n  {}", bold(&heading));
        for belief in beliefs {
            out.push_str(&fold(belief, 2));
        }
    }
    out.push('\n');
    out.push_str(&links(kata, step, None, Some(test)));
    out
}

/// One schedule that was asked for and in which nothing breaks: the behaviour, and what happened.
pub fn schedule_holds(test: &TestResult) -> String {
    let mark = good(sign("✓", &t!("word.holds")));
    let mut out = format!("{mark} {}\n", bold(&test.entry.name));
    out.push_str(&fold(&test.entry.behaviour, 2));
    out.push('\n');
    out.push_str(&fold(&t!("replay.holds"), 2));
    out.push_str(&timeline(test));
    out
}

/// The timeline, after an empty line, if there is one.
fn timeline(test: &TestResult) -> String {
    let timeline = test.outcome.as_ref().and_then(|o| o.timeline.as_ref());
    let shown = timeline
        .filter(|t| !t.rows.is_empty())
        .map(|timeline| if look().plain { timeline.plain() } else { timeline.text(look().width) });
    shown.map_or_else(String::new, |shown| format!("\n{shown}"))
}

/// `Fails on schedule 3 …`, where the lab counted schedules.
fn schedule(test: &TestResult) -> Option<String> {
    let outcome = test.outcome.as_ref()?;
    let schedules = outcome.schedules?;
    // One thread alone has no schedule to speak of.
    let timeline = outcome.timeline.as_ref().filter(|t| t.lanes.len() > 1 && !t.rows.is_empty());
    timeline.map(|_| t!("check.schedule", n = schedules))
}

/// What happened instead, in words, for every status that a test can end with.
pub(super) fn happened(test: &TestResult) -> String {
    let told = test.message().map(str::trim).filter(|m| !m.is_empty());
    match (test.status, told) {
        (Status::Timeout, _) => t!("status.timeout", seconds = test.ms / 1000),
        (Status::NoReceipt, None) => t!("status.no_receipt"),
        (Status::InfraError, _) => t!("status.infra_error"),
        (Status::OutputLimit, _) => t!("status.output_limit"),
        (Status::Fail, Some(message)) if message.starts_with("not yet implemented") => {
            let what =
                message.trim_start_matches("not yet implemented").trim_start_matches(':').trim();
            if what.is_empty() { t!("status.todo") } else { t!("status.todo_what", what = what) }
        }
        (_, Some(message)) => message.to_owned(),
        (Status::NotVerified, None) => t!("status.not_verified"),
        (status, None) => t!("status.silent", status = status),
    }
}

/// Where to look, how to see it again, where help is.
fn links(kata: &Kata, step: &Step, file: Option<&str>, test: Option<&TestResult>) -> String {
    let mut out = String::new();
    let own = format!("katas/{}/src/{}", kata.folder(), step.file());
    let file = file.map_or(own, str::to_owned);
    let mut line = |key: String, what: &str| {
        let _ = writeln!(out, "  {key:<9} {}", hint(what));
    };
    line(t!("link.edit"), &file);
    if let Some(test) = test {
        // A test's name is enough where an explorer needs no more to find its schedule again.
        let code = match test.outcome.as_ref().and_then(|o| o.replay.as_deref()) {
            Some(schedule) => format!("{}@{schedule}", called(kata, &test.entry)),
            None => test.entry.id(),
        };
        line(t!("link.replay"), &format!("cargo xtask replay {}:{code}", kata.id));
    }
    line(t!("link.hint"), "cargo xtask hint");
    line(t!("link.chapter"), &format!("cargo xtask book {}", kata.id));
    out
}

/// A test's name, with its step where another step has a test of that name.
fn called(kata: &Kata, test: &TestEntry) -> String {
    let all = workbook::read(kata).unwrap_or_default();
    if all.iter().filter(|t| t.name == test.name).count() > 1 {
        test.id()
    } else {
        test.name.clone()
    }
}

/// What the compiler says, as it says it.
pub fn build_failure(kata: &Kata, step: &Step, failure: &BuildFailure) -> String {
    let mut out = String::new();
    out.push_str(failure.rendered.trim_end());
    let _ = writeln!(
        out,
        "\n\n{} {}",
        bad(sign("✗", &t!("word.fails"))),
        bold(&t!("check.does_not_compile"))
    );
    out.push('\n');
    let Some(called) = called_by_tests(kata, failure) else {
        out.push_str(&links(kata, step, failure.file.as_deref(), None));
        return out;
    };
    // Nobody is to edit a test: what it calls is not what the stub declares.
    let at = |tree: &str| format!("katas/{}/{tree}/{called}", kata.folder());
    out.push_str(&fold(&t!("check.other_signature", stub = at("stub")), 2));
    out.push_str(&links(kata, step, Some(&at("src")), None));
    out
}

/// The file of the step whose tests do not compile.
fn called_by_tests(kata: &Kata, failure: &BuildFailure) -> Option<String> {
    let test = failure.file.as_deref()?.split_once("/tests/suite/")?.1;
    kata.steps.iter().map(Step::file).find(|file| file == test)
}

/// What the scan found.
pub fn refused(kata: &Kata, findings: &[Finding]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {}", bad(sign("✗", &t!("word.fails"))), bold(&t!("check.refused")));
    let folder = kata.folder();
    for (n, finding) in findings.iter().enumerate() {
        let place = format!("katas/{folder}/src/{}:{}", finding.file, finding.line);
        let _ = writeln!(out, "  {}", bold(&place));
        // Said once for all the places in a row that it is said of.
        if findings.get(n + 1).is_none_or(|next| next.message != finding.message) {
            out.push_str(&fold(&finding.message, 4));
        }
    }
    out
}
