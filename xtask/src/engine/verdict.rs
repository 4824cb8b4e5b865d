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

    /// The lines that the code printed, without what libtest says around them. (libtest's line on a
    /// test begins before the test does: what is printed first stands on it.)
    pub fn printed(&self) -> Vec<&str> {
        let id = self.entry.id();
        self.output.lines().filter_map(|line| own(line, &id)).collect()
    }
}

/// What of a line is the code's own, where libtest runs this one test.
fn own<'l>(line: &'l str, id: &str) -> Option<&'l str> {
    // On real components the step was put before libtest's name.
    let called = |name: &str| {
        let before = id.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with("::"))
    };
    let begun = line.strip_prefix("test ").and_then(|line| line.split_once(" ... "));
    let line = begun.filter(|(name, _)| called(name)).map_or(line, |(_, first)| first);
    match line.trim() {
        "" | "running 1 test" | "FAILED" | "failures:" => None,
        word if word.contains("::") && called(word) => None,
        word if word.starts_with("test result: ") => None,
        _ => Some(line),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_first_stands_on_libtests_line() {
        let printed = |step: &str, name: &str, output: &str| {
            let entry = TestEntry {
                step: step.into(),
                name: name.into(),
                kind: "plain".into(),
                trust: "receipt".into(),
                behaviour: String::new(),
            };
            let mut result = TestResult::without_run(&entry, Status::Fail);
            result.output = output.into();
            result.printed().join("|")
        };
        let around = |own: &str| {
            format!(
                "\nrunning 1 test\ntest s1_a::b ... {own}FAILED\n\nfailures:\n\nfailures:\n    s1_a::b\n\n\
                 test result: FAILED. 0 passed; 1 failed; finished in 0.01s\n\n"
            )
        };
        assert_eq!(printed("s1_a", "b", &around("")), "");
        let own = around("first\n  test two\nrunning three\ntest s1_x::b ... \n");
        let kept = "first|  test two|running three|test s1_x::b ... ";
        assert_eq!(printed("s1_a", "b", &own), kept);
        assert_eq!(printed("s6_real", "s1_a::b", &own), kept, "on real components");
    }
}
