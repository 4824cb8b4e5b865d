use protocol::{Outcome, Status};

use super::Finding;
use crate::workbook::{Kata, Step, TestEntry};

/// What grading a submission yields.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// What the scan found; nothing was built then.
    pub refused: Vec<Finding>,
    pub build: Option<BuildFailure>,
    /// In the order of the suite.
    pub tests: Vec<TestResult>,
}

/// Why there is nothing to run.
#[derive(Debug, Clone)]
pub struct BuildFailure {
    /// [`Status::BuildFailed`], or the limit that the build met.
    pub status: Status,
    /// As cargo renders it.
    pub rendered: String,
    /// The file of the first error, relative to the workspace.
    pub file: Option<String>,
}

/// What became of one test.
#[derive(Debug, Clone)]
pub struct TestResult {
    pub entry: TestEntry,
    pub status: Status,
    pub ms: u64,
    /// What the test says of its own failure.
    pub outcome: Option<Outcome>,
    /// What the process printed, both streams, cut.
    pub output: String,
    /// The lab's fingerprint of everything that the test explored, where it explores.
    pub fingerprint: Option<String>,
}

/// A step's share of a verdict.
#[derive(Debug)]
pub struct StepVerdict<'a> {
    pub step: &'a Step,
    pub tests: Vec<&'a TestResult>,
}

impl TestResult {
    pub fn without_run(entry: &TestEntry, status: Status) -> Self {
        Self {
            entry: entry.clone(),
            status,
            ms: 0,
            outcome: None,
            output: String::new(),
            fingerprint: None,
        }
    }

    pub fn passed(&self) -> bool {
        self.status == Status::Pass
    }

    pub fn message(&self) -> Option<&str> {
        self.outcome.as_ref().map(|o| o.message.as_str())
    }
}

impl Verdict {
    pub fn steps<'a>(&'a self, kata: &'a Kata) -> Vec<StepVerdict<'a>> {
        kata.steps
            .iter()
            .map(|step| StepVerdict {
                step,
                tests: self.tests.iter().filter(|t| t.entry.step == step.module).collect(),
            })
            .filter(|s| !s.tests.is_empty())
            .collect()
    }

    pub fn passed(&self) -> bool {
        !self.tests.is_empty() && self.tests.iter().all(TestResult::passed)
    }
}

impl StepVerdict<'_> {
    pub fn status(&self) -> Status {
        self.tests.iter().map(|t| t.status).find(|s| *s != Status::Pass).unwrap_or(Status::Pass)
    }
}
