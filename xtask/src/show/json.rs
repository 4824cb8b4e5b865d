use std::path::PathBuf;

use jzon::{JsonValue, object};

use crate::engine::{TestResult, Verdict};
use crate::progress::{Progress, State};
use crate::workbook::{Kata, Workbook};

/// Where a test's timeline is kept for other programs.
pub fn timeline_path(workbook: &Workbook, kata: &Kata, test: &TestResult) -> PathBuf {
    let name = format!("{}.{}.json", test.entry.step, test.entry.name);
    workbook.root.join(".trece/timelines").join(&kata.id).join(name)
}

/// `trece-check/v1`.
pub fn check_json(workbook: &Workbook, verdicts: &[(&Kata, Verdict)]) -> JsonValue {
    let katas: Vec<JsonValue> =
        verdicts.iter().map(|(kata, v)| kata_json(workbook, kata, v)).collect();
    object! { "schema": "trece-check/v1", "katas": katas }
}

fn kata_json(workbook: &Workbook, kata: &Kata, verdict: &Verdict) -> JsonValue {
    let steps: Vec<JsonValue> = verdict
        .steps(kata)
        .iter()
        .map(|step| {
            let tests: Vec<JsonValue> =
                step.tests.iter().map(|t| test_json(workbook, kata, t)).collect();
            object! {
                "module": step.step.module.as_str(),
                "number": step.step.number,
                "core": step.step.core,
                "status": step.status().as_str(),
                "tests": tests,
            }
        })
        .collect();
    let first = verdict.tests.iter().find(|t| !t.passed()).map(|t| t.status);
    let refused = verdict.refused.iter();
    object! {
        "id": kata.id.as_str(),
        "status": first.map_or("pass", protocol::Status::as_str),
        "build": verdict.build.as_ref().map(|b| b.rendered.as_str()),
        "refused": refused.map(|f| object! {
            "file": f.file.as_str(), "line": f.line, "message": f.message.as_str(),
        }).collect::<Vec<_>>(),
        "steps": steps,
    }
}

fn test_json(workbook: &Workbook, kata: &Kata, test: &TestResult) -> JsonValue {
    let path = timeline_path(workbook, kata, test);
    let timeline = test.outcome.as_ref().and_then(|o| o.timeline.as_ref()).map(|_| path);
    object! {
        "id": test.entry.id(),
        "status": test.status.as_str(),
        "ms": test.ms,
        "message": test.message(),
        "timeline": timeline.map(|path| path.to_string_lossy().into_owned()),
    }
}

/// `trece-list/v1`.
pub fn list_json(workbook: &Workbook, progress: &Progress) -> JsonValue {
    let katas: Vec<JsonValue> = workbook
        .path()
        .map(|kata| {
            let steps: Vec<JsonValue> = kata
                .steps
                .iter()
                .map(|step| {
                    object! {
                        "module": step.module.as_str(),
                        "number": step.number,
                        "title": step.title(),
                        "core": step.core,
                        "points": step.points,
                        "minutes": step.minutes,
                        "state": match progress.state(kata, step) {
                            State::Passed => "passed",
                            State::Recheck => "recheck",
                            State::Skipped => "skipped",
                            State::Read => "read",
                            State::Open => "open",
                        },
                    }
                })
                .collect();
            object! {
                "id": kata.id.as_str(), "title": kata.title(), "month": kata.month,
                "weeks": kata.weeks.as_str(), "needs": &*kata.needs, "steps": steps,
            }
        })
        .collect();
    object! { "schema": "trece-list/v1", "katas": katas }
}
