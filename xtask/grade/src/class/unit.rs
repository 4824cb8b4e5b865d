//! One kata of one submission.

use std::fs;

use protocol::Status;
use xtask::engine::{Binary, Finding, Limits, TestResult, run_all};
use xtask::t;
use xtask::workbook::{Kata, Outcome, Step, TestEntry, Trouble};

use super::slot::Bench;
use super::{Class, Settings, Subject, Work, feedback, needs_postgres};
use crate::intake::Taken;
use crate::postgres::Postgres;
use crate::result::{KataGrade, StepGrade, TestGrade, flag};
use crate::sandbox::{Allowance, Kind};

/// What fails through no fault of the submission is tried so often.
const ATTEMPTS: usize = 3;

/// Grades it. Whatever goes wrong on the grader's side is `infra_error`, and no score.
pub fn grade(class: &Class<'_>, bench: &Bench, work: &Work<'_>) -> KataGrade {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let (subject, taken) = (work.subject, work.taken);
        let attempt = Attempt { class, bench, subject, taken, settings: &class.settings };
        let grade = match attempt.grade() {
            Ok(grade) => grade,
            Err(trouble) => attempt.unrun(Status::InfraError, Some(trouble.message)),
        };
        if !grade.is_open() {
            return grade;
        }
        last = Some(grade);
    }
    last.expect("there was an attempt")
}

struct Attempt<'a> {
    class: &'a Class<'a>,
    bench: &'a Bench,
    subject: &'a Subject<'a>,
    taken: &'a Taken,
    settings: &'a Settings,
}

impl Attempt<'_> {
    fn grade(&self) -> Outcome<KataGrade> {
        let kata = self.subject.kata;
        let files: Vec<Finding> = self
            .taken
            .refused_whole
            .iter()
            .cloned()
            .chain(self.taken.refused.get(&kata.id).into_iter().flatten().cloned())
            .collect();
        if !files.is_empty() {
            return Ok(self.refused(&files, flag::FILES));
        }
        let Some(tree) = self.taken.trees.get(&kata.id) else {
            let mut grade = self.unrun(Status::Skipped, Some(t!("grade.not_submitted")));
            grade.flags.push(flag::NOT_SUBMITTED.to_owned());
            return Ok(grade);
        };
        let tokens = tree.scan(kata);
        if !tokens.is_empty() {
            return Ok(self.refused(&tokens, flag::TOKENS));
        }
        let built =
            match self.bench.build(self.class.course.workbook, kata, tree, Bench::limits())? {
                Ok(built) => built,
                Err(failure) => {
                    let mut grade = self.unrun(failure.status, Some(failure.rendered));
                    if failure.status == Status::Refused {
                        grade.flags.push(flag::TOKENS.to_owned());
                    }
                    return Ok(grade);
                }
            };
        if let Some(finding) = tree.refuse_unread() {
            return Ok(self.refused(&[finding], flag::TOKENS));
        }
        let program = self.bench.dir.join("suite");
        let _ = fs::remove_file(&program);
        fs::copy(&built.executable, &program).map_err(|e| Trouble::file(&program, &e))?;
        let dir = self.bench.slot.kata_dir(kata);
        let binary = Binary { executable: program, dir, warnings: built.warnings };
        let postgres = match (&self.bench.server, &self.class.template) {
            (Some(server), Some(template)) if needs_postgres(kata) => {
                Some(Postgres::start(self.bench, server, template)?)
            }
            _ => None,
        };
        let results = self.steps(&binary)?;
        drop(postgres);
        Ok(self.summed(&results))
    }

    /// Runs step by step, and none behind a core step that failed.
    fn steps(&self, binary: &Binary) -> Outcome<Vec<TestResult>> {
        let mut results = Vec::new();
        let mut failed: Option<&Step> = None;
        for step in &self.subject.kata.steps {
            let tests: Vec<TestEntry> =
                self.subject.tests.iter().filter(|t| t.step == step.module).cloned().collect();
            if failed.is_some() {
                results.extend(tests.iter().map(|t| TestResult::without_run(t, Status::Skipped)));
                continue;
            }
            let mut ran = self.run(binary, &tests)?;
            if self.settings.confirm > 0 {
                self.confirm(binary, &mut ran)?;
            }
            if step.core && ran.iter().any(|r| r.status != Status::Pass) {
                failed = Some(step);
            }
            results.extend(ran);
        }
        Ok(results)
    }

    fn run(&self, binary: &Binary, tests: &[TestEntry]) -> Outcome<Vec<TestResult>> {
        let allowance = Allowance::tests();
        let limits = Limits {
            deadline: allowance.deadline,
            output: allowance.output,
            jobs: 1,
            seed: self.settings.seed,
            replay: None,
            jail: self.bench.jail.clone(),
        };
        let mut results = run_all(&self.bench.dir, binary, tests, &limits, &mut |_| ())?;
        for result in &mut results {
            // A component is missing on the grader's machine.
            if result.status == Status::NotVerified {
                result.status = Status::InfraError;
            }
        }
        Ok(results)
    }

    /// A failure that does not repeat is for a person to look at, and gives no points.
    fn confirm(&self, binary: &Binary, results: &mut [TestResult]) -> Outcome<()> {
        for result in results.iter_mut().filter(|r| r.status != Status::Pass) {
            let again = vec![result.entry.clone(); self.settings.confirm];
            if self.run(binary, &again)?.iter().any(TestResult::passed) {
                result.status = Status::Flaky;
            }
        }
        Ok(())
    }

    fn refused(&self, findings: &[Finding], why: &str) -> KataGrade {
        let line = |f: &Finding| match f.line {
            0 => format!("{}: {}", f.file, f.message),
            line => format!("{}:{line}: {}", f.file, f.message),
        };
        let said: Vec<String> = findings.iter().take(20).map(line).collect();
        let mut grade = self.unrun(Status::Refused, Some(said.join("\n")));
        grade.flags.push(why.to_owned());
        grade
    }

    /// Nothing ran, all for the same reason.
    fn unrun(&self, status: Status, message: Option<String>) -> KataGrade {
        let without = |t: &TestEntry| TestResult::without_run(t, status);
        let results: Vec<TestResult> = self.subject.tests.iter().map(without).collect();
        let mut grade = self.summed(&results);
        grade.message = message;
        grade
    }

    fn summed(&self, results: &[TestResult]) -> KataGrade {
        let kata = self.subject.kata;
        let steps: Vec<StepGrade> = kata.steps.iter().map(|s| step(s, results)).collect();
        let open = results.iter().any(|r| r.status == Status::InfraError);
        let first = results.iter().find(|r| r.status != Status::Pass);
        let mut flags = Vec::new();
        if self.settings.kind == Kind::None {
            flags.push(flag::NO_SANDBOX.to_owned());
        }
        if results.iter().any(|r| r.status == Status::Flaky) {
            flags.push(flag::FLAKY.to_owned());
        }
        let low = |r: &TestResult| r.passed() && r.entry.trust != "oracle";
        if self.settings.require_oracle && results.iter().any(low) {
            flags.push(flag::LOW_TRUST.to_owned());
        }
        let tests = results.iter().map(|r| test(kata, r, first, &steps)).collect();
        KataGrade {
            id: kata.id.clone(),
            status: if open {
                Status::InfraError
            } else {
                first.map_or(Status::Pass, |r| r.status)
            },
            score: if open { None } else { steps.iter().map(|s| s.score).sum() },
            max: steps.iter().map(|s| s.max).sum(),
            flags,
            message: None,
            steps,
            tests,
        }
    }
}

fn step(step: &Step, results: &[TestResult]) -> StepGrade {
    let own = || results.iter().filter(|r| r.entry.step == step.module);
    let open = own().any(|r| r.status == Status::InfraError);
    let status = own().map(|r| r.status).find(|s| *s != Status::Pass).unwrap_or(Status::Pass);
    let max = u64::try_from(step.points).unwrap_or(0);
    let earned = if status == Status::Pass { max } else { 0 };
    StepGrade {
        module: step.module.clone(),
        title: step.title().to_owned(),
        number: step.number,
        core: step.core,
        status,
        score: (!open).then_some(earned),
        max,
    }
}

fn test(
    kata: &Kata,
    result: &TestResult,
    first: Option<&TestResult>,
    steps: &[StepGrade],
) -> TestGrade {
    let number = kata.steps.iter().find(|s| s.module == result.entry.step).map_or(0, |s| s.number);
    let behind = |s: &&StepGrade| s.core && s.number < number && s.status != Status::Pass;
    let shown = first.is_some_and(|f| f.entry.id() == result.entry.id());
    TestGrade {
        id: result.entry.id(),
        behaviour: result.entry.behaviour.clone(),
        step: number,
        status: result.status,
        score: (result.status != Status::InfraError).then_some(u64::from(result.passed())),
        max: 1,
        trust: result.entry.trust.clone(),
        visibility: "visible".to_owned(),
        depends_on: (result.status == Status::Skipped)
            .then(|| steps.iter().find(behind).map(|s| s.module.clone()))
            .flatten(),
        ms: result.ms,
        message: feedback::message(result, shown),
        output: feedback::output(result),
    }
}
