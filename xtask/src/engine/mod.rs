//! The one path from a submission to its verdict: scan, stage, build, run.
//!
//! `check` grades the learner's tree where it lies, `check --submission` and `verify` stage any
//! other tree, `grade` does so in a sandbox. Only where the tree comes from and what wraps the
//! processes differ.

mod build;
mod jail;
mod patience;
mod run;
mod scan;
mod stage;
mod verdict;

use std::path::PathBuf;

use protocol::Status;

pub use build::{Build, BuildLimits, Built, Progress, cargo};
pub use jail::{BEGUN, Jail};
pub use run::{Binary, Limits, run_all};
pub use scan::Finding;
use scan::scan;
pub use stage::{Layout, Overlay, Slot};
pub use verdict::{BuildFailure, StepVerdict, TestResult, Verdict};

use crate::workbook::{Kata, Outcome, TestEntry, Trouble, Workbook};

/// A submission that went as far as it could without running.
#[derive(Debug)]
pub enum Prepared {
    Ready(Binary),
    Refused(Vec<Finding>),
    Broken(BuildFailure),
}

/// Which of a kata's suites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// The one that decides.
    Own,
    /// That of the package in `real/`, which asks the same of real components. Its dependencies are
    /// built only for it.
    Real,
}

impl Suite {
    fn of(self, own: Build) -> Build {
        match self {
            Self::Own => own,
            Self::Real => {
                Build { package: format!("{}-real", own.package), dir: own.dir.join("real"), ..own }
            }
        }
    }
}

/// Scans and builds a kata's tree where it lies.
pub fn prepare_in_place(
    workbook: &Workbook,
    kata: &Kata,
    suite: Suite,
    progress: &mut dyn FnMut(Progress),
) -> Outcome<Prepared> {
    let refused = scan(kata, &kata.src())?;
    if !refused.is_empty() {
        return Ok(Prepared::Refused(refused));
    }
    let suite = suite.of(Build {
        root: workbook.root.clone(),
        target: None,
        marks: scratch(workbook),
        package: kata.id.clone(),
        dir: kata.dir.clone(),
        src: kata.src(),
        jail: None,
        limits: BuildLimits::default(),
    });
    Ok(match suite.run(progress)? {
        Ok(built) => match Overlay::of(&kata.src())?.refuse_unread() {
            Some(finding) => Prepared::Refused(vec![finding]),
            None => Prepared::Ready(Binary {
                executable: built.executable,
                dir: kata.dir.clone(),
                warnings: built.warnings,
            }),
        },
        Err(failure) => Prepared::Broken(failure),
    })
}

/// Scans, stages and builds any other tree. The binary is copied out as `name`, so that the next
/// tree can be built while this one runs.
pub fn prepare_staged(
    workbook: &Workbook,
    slot: &Slot,
    kata: &Kata,
    suite: Suite,
    submission: &Overlay,
    name: &str,
    progress: &mut dyn FnMut(Progress),
) -> Outcome<Prepared> {
    let refused = submission.scan(kata);
    if !refused.is_empty() {
        return Ok(Prepared::Refused(refused));
    }
    let suite = suite.of(slot.stage(workbook, kata, submission)?);
    Ok(match (suite.run(progress)?, submission.refuse_unread()) {
        (Ok(_), Some(finding)) => Prepared::Refused(vec![finding]),
        (Ok(built), None) => Prepared::Ready(Binary {
            executable: slot.copy_out(&built.executable, name)?,
            dir: slot.kata_dir(kata),
            warnings: built.warnings,
        }),
        (Err(failure), _) => Prepared::Broken(failure),
    })
}

impl Prepared {
    /// Runs the tests, or tells of each why it could not run.
    pub fn verdict(
        self,
        workbook: &Workbook,
        tests: &[TestEntry],
        limits: &Limits,
        progress: &mut dyn FnMut(Progress),
    ) -> Outcome<Verdict> {
        let unrun = |status| tests.iter().map(|t| TestResult::without_run(t, status)).collect();
        Ok(match self {
            Self::Ready(binary) => {
                let tests = run_all(&scratch(workbook), &binary, tests, limits, progress)?;
                Verdict { tests, ..Verdict::default() }
            }
            Self::Refused(refused) => {
                Verdict { tests: unrun(Status::Refused), refused, ..Verdict::default() }
            }
            Self::Broken(failure) => {
                Verdict { tests: unrun(failure.status), build: Some(failure), ..Verdict::default() }
            }
        })
    }
}

/// Where test processes leave receipts; swept at every start.
pub fn scratch(workbook: &Workbook) -> PathBuf {
    workbook.target().join("trece")
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
