//! A verdict as `JUnit` XML, the feedback format that pipelines read. Written by hand: the runner
//! that learners build has no XML library, and this is all that it would use of one.

use std::fmt::Write as _;

use protocol::Status;

use super::failure::happened;
use crate::engine::{TestResult, Verdict};
use crate::t;
use crate::workbook::Kata;

/// How wide a timeline may be in a pipeline's report.
const WIDTH: usize = 100;

/// One suite for the kata, one case a test, in the order of the source.
///
/// A test that could not be judged (skipped, not verified) is `skipped`, a fault of the runner is an
/// `error`, everything else that did not pass is a `failure`.
pub fn check_junit(kata: &Kata, verdict: &Verdict) -> String {
    let count = |kind: Kind| verdict.tests.iter().filter(|t| Kind::of(t.status) == kind).count();
    let ms: u64 = verdict.tests.iter().map(|t| t.ms).sum();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
        verdict.tests.len(),
        count(Kind::Failure),
        count(Kind::Error),
        count(Kind::Skipped),
        seconds(ms),
    );
    let suite = escaped(&format!("{} {}", kata.id, kata.title()));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"trece\">\n<testsuite name=\"{suite}\" {counts}>");
    for test in &verdict.tests {
        out.push_str(&case(kata, verdict, test));
    }
    if let Some(failure) = &verdict.build {
        let _ = writeln!(out, "<system-err>{}</system-err>", escaped(&failure.rendered));
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pass,
    Failure,
    Error,
    Skipped,
}

impl Kind {
    fn of(status: Status) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Skipped | Status::NotVerified => Self::Skipped,
            Status::InfraError => Self::Error,
            _ => Self::Failure,
        }
    }
}

fn case(kata: &Kata, verdict: &Verdict, test: &TestResult) -> String {
    let mut out = format!(
        "<testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
        escaped(&kata.id),
        escaped(&test.entry.id()),
        seconds(test.ms)
    );
    let (name, body) = match Kind::of(test.status) {
        Kind::Pass => {
            out.push_str("/>\n");
            return out;
        }
        Kind::Skipped => ("skipped", false),
        Kind::Error => ("error", true),
        Kind::Failure => ("failure", true),
    };
    let happened = told(verdict, test);
    let first = happened.lines().next().unwrap_or_default();
    let _ = write!(out, "><{name} message=\"{}\"", escaped(first));
    if body {
        let timeline = test.outcome.as_ref().and_then(|o| o.timeline.as_ref());
        let timeline = timeline.map(|t| format!("\n\n{}", t.text(WIDTH))).unwrap_or_default();
        let all = format!("{}\n\n{happened}{timeline}", test.entry.behaviour);
        let _ = write!(out, " type=\"{}\">{}</{name}>", test.status, escaped(all.trim_end()));
    } else {
        out.push_str("/>");
    }
    out.push_str("</testcase>\n");
    out
}

/// What happened instead, of a submission that was never run, too.
fn told(verdict: &Verdict, test: &TestResult) -> String {
    match test.status {
        Status::BuildFailed => t!("check.does_not_compile"),
        Status::Refused => {
            let places =
                verdict.refused.iter().map(|f| format!("\n{}:{}: {}", f.file, f.line, f.message));
            t!("check.refused") + &places.collect::<String>()
        }
        _ => happened(test),
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Text for an element or an attribute: markup escaped, and without the characters that no XML
/// document may hold, which a test can print as well as any other.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, seconds};

    #[test]
    fn nothing_printed_breaks_the_document() {
        assert_eq!(
            escaped("a < b && \"c\" > d\u{1b}[31m\u{0}\r\n"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; d[31m\n"
        );
    }

    #[test]
    fn milliseconds_are_shown_in_seconds() {
        assert_eq!(seconds(12_034), "12.034");
    }
}
