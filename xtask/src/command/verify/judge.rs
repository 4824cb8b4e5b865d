//! What a variant's results must be.

use std::collections::BTreeMap;

use protocol::Status;

use crate::engine::{TestResult, Verdict};
use crate::workbook::{Kata, Trap};

/// What a variant is there for.
#[derive(Debug, Clone)]
pub enum Role {
    Reference,
    Alternate,
    /// The stub, or a generated wrong answer: every test must fail.
    Hollow,
    Trap(Trap),
}

/// What one variant showed, over all its runs.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Empty where all is as it must be.
    pub problems: Vec<String>,
    /// Tests that failed at least once, in the order of the suite.
    pub failed: Vec<String>,
    /// Why tests could not run on this machine.
    pub unverified: Option<String>,
}

/// Judges the runs of a variant. Every run of a test must end alike, and an exploring test must
/// explore the same.
pub fn judge(kata: &Kata, role: &Role, verdict: &Verdict) -> Judgement {
    let mut judgement = Judgement::default();
    // What a missing component leaves open is neither right nor wrong; the rest is judged.
    let (open, ran): (Vec<TestResult>, Vec<TestResult>) =
        verdict.tests.iter().cloned().partition(|t| t.status == Status::NotVerified);
    judgement.unverified =
        open.first().map(|t| t.message().unwrap_or("a component is missing").to_owned());
    let verdict = &Verdict { tests: ran, ..verdict.clone() };
    for test in &verdict.tests {
        let id = test.entry.id();
        if !test.passed() && !judgement.failed.contains(&id) {
            judgement.failed.push(id);
        }
    }
    let problems = &mut judgement.problems;
    if let Some(failure) = &verdict.build
        && !matches!(role, Role::Trap(t) if t.fails.iter().all(|e| e.how == Status::BuildFailed))
    {
        problems.push(format!("does not compile:\n{}", failure.rendered.trim_end()));
        return judgement;
    }
    match role {
        Role::Reference | Role::Alternate => {
            for test in verdict.tests.iter().filter(|t| !t.passed()) {
                problems.push(told(test));
            }
        }
        Role::Hollow => {
            for test in &verdict.tests {
                if !matches!(test.status, Status::Fail | Status::Stuck) {
                    problems.push(format!("{} ends with `{}`", test.entry.id(), test.status));
                }
            }
        }
        Role::Trap(trap) => judge_trap(kata, trap, verdict, !open.is_empty(), problems),
    }
    problems.extend(differing(&verdict.tests));
    problems.sort();
    problems.dedup();
    judgement
}

fn judge_trap(kata: &Kata, trap: &Trap, verdict: &Verdict, open: bool, problems: &mut Vec<String>) {
    let number = |module: &str| kata.steps.iter().find(|s| s.module == module).map(|s| s.number);
    let Some(own) = number(&trap.step) else {
        problems.push(format!("trap.toml names the step `{}`, which there is not", trap.step));
        return;
    };
    for expected in &trap.fails {
        let runs: Vec<&TestResult> =
            verdict.tests.iter().filter(|t| t.entry.id() == expected.test).collect();
        if runs.is_empty() && !open {
            problems
                .push(format!("trap.toml names the test `{}`, which there is not", expected.test));
        }
        for run in runs.iter().filter(|r| !expected.matches(r)) {
            let wanted = match &expected.says {
                Some(says) => format!("`{}` saying `{says}`", expected.how),
                None => format!("`{}`", expected.how),
            };
            problems.push(format!("expected {wanted}: {}", told(run)));
        }
    }
    // Refused or not compiled: nothing ran, so nothing can have passed.
    if !verdict.refused.is_empty() || verdict.build.is_some() {
        return;
    }
    for test in verdict.tests.iter().filter(|t| !t.passed()) {
        let step = number(&test.entry.step).unwrap_or(0);
        let named = trap.fails.iter().any(|e| e.test == test.entry.id());
        if step < own {
            problems.push(format!("breaks an earlier step: {}", told(test)));
        } else if step == own && !named && test.entry.kind != "os" {
            // (What the operating system schedules may fail now and then; that is not promised.)
            problems.push(format!("also fails, and trap.toml does not name it: {}", told(test)));
        }
    }
}

fn told(test: &TestResult) -> String {
    let message = test.message().unwrap_or(test.output.trim());
    let first: String = message.lines().take(3).collect::<Vec<_>>().join(" / ");
    format!("{} ends with `{}`: {first}", test.entry.id(), test.status)
}

/// Tests that did not explore the same in every run.
fn differing(tests: &[TestResult]) -> Vec<String> {
    let mut seen: BTreeMap<String, (&str, Status)> = BTreeMap::new();
    let mut problems = Vec::new();
    for test in tests.iter().filter(|t| t.entry.kind != "os") {
        let Some(fingerprint) = test.fingerprint.as_deref() else { continue };
        let now = (fingerprint, test.status);
        let first = *seen.entry(test.entry.id()).or_insert(now);
        if first != now {
            problems.push(format!("{} explored something else in another run", test.entry.id()));
        }
    }
    problems
}
