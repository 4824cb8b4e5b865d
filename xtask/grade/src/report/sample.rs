//! Grades for the tests of formats: one that is part right, one that could not be graded, one that
//! does not compile.

use protocol::Status;

use super::classroom50::Assignment;
use crate::result::{Grade, KataGrade, SCHEMA, StepGrade, Submission, TestGrade, Tool, flag};

/// Name and message of a test that students must not see.
pub const HIDDEN: &str = "s3_order::secret_case";
pub const HIDDEN_MESSAGE: &str = "the secret balance is 7";

/// Alice: the first step holds, the second fails, so the third is skipped.
pub fn grade() -> Grade {
    let mut fails = test("s2_lock::holds", 2, Status::Fail);
    fails.message = Some("paid out twice\n\n  1  lock → 100\n  2  lock → 100".into());
    fails.output = "printed ".repeat(100);
    let mut hidden = test(HIDDEN, 3, Status::Fail);
    hidden.visibility = "hidden".into();
    hidden.message = Some(HIDDEN_MESSAGE.into());
    let mut skipped = test("s3_order::waits", 3, Status::Skipped);
    skipped.depends_on = Some("s2_lock".into());
    let tests = vec![test("s1_see::finds_it", 1, Status::Pass), fails, skipped, hidden];
    let statuses = [Status::Pass, Status::Fail, Status::Skipped];
    of("alice", kata(Status::Fail, Some(2), statuses, tests))
}

/// Bob: the grader failed him, twice.
pub fn open() -> Grade {
    let status = Status::InfraError;
    let tests = ids().map(|(id, step)| test(id, step, status)).to_vec();
    of("bob", kata(status, None, [status; 3], tests))
}

/// Carol: does not compile.
pub fn broken() -> Grade {
    let status = Status::BuildFailed;
    let tests = ids().map(|(id, step)| test(id, step, status)).to_vec();
    let mut kata = kata(status, Some(0), [status; 3], tests);
    kata.flags = vec![flag::TOKENS.into()];
    kata.message = Some("error: expected one of `!` or `::`".into());
    of("carol", kata)
}

pub fn assignment() -> Assignment {
    let said = |name: &str| {
        Some(match name {
            "CLASSROOM" => "backends-2026".to_owned(),
            "ASSIGNMENT" => "k02".to_owned(),
            "SUBMISSION_TAG" => "submit/2026-06-01T14-32-05Z-a1b2c3d".to_owned(),
            "COMMIT_URL" | "RELEASE_URL" => "https://example.org/x".to_owned(),
            _ => return None,
        })
    };
    Assignment::of(&said).unwrap()
}

fn ids() -> [(&'static str, usize); 4] {
    [("s1_see::finds_it", 1), ("s2_lock::holds", 2), ("s3_order::waits", 3), ("s3_order::ends", 3)]
}

fn of(id: &str, kata: KataGrade) -> Grade {
    Grade {
        schema: SCHEMA.into(),
        tool: Tool {
            version: "0.1.0".into(),
            rustc: "1.95.0".into(),
            sandbox: "bwrap".into(),
            policy_sha256: "00".into(),
        },
        submission: Submission {
            id: id.into(),
            tree_sha256: "11".into(),
            submitted_at: Some("2026-06-01T14:32:01Z".into()),
        },
        graded_at: "2026-06-01T14:33:11Z".into(),
        seed: "0d".into(),
        score: kata.score,
        max: kata.max,
        previous: None,
        katas: vec![kata],
    }
}

fn kata(
    status: Status,
    score: Option<u64>,
    statuses: [Status; 3],
    tests: Vec<TestGrade>,
) -> KataGrade {
    let titles =
        [("s1_see", "See it break", 2), ("s2_lock", "One lock", 2), ("s3_order", "Order", 1)];
    let steps =
        titles.iter().zip(statuses).enumerate().map(|(at, ((module, title, max), status))| {
            let all = if status == Status::Pass { *max } else { 0 };
            StepGrade {
                module: (*module).into(),
                title: (*title).into(),
                number: at + 1,
                core: at < 2,
                status,
                score: score.map(|_| all),
                max: *max,
            }
        });
    KataGrade {
        id: "k02".into(),
        status,
        score,
        max: 5,
        flags: Vec::new(),
        message: None,
        steps: steps.collect(),
        tests,
    }
}

fn test(id: &str, step: usize, status: Status) -> TestGrade {
    TestGrade {
        id: id.into(),
        behaviour: format!("What {id} asks for."),
        step,
        status,
        score: (status != Status::InfraError).then_some(u64::from(status == Status::Pass)),
        max: 1,
        trust: "receipt".into(),
        visibility: "visible".into(),
        depends_on: None,
        ms: 12,
        message: None,
        output: String::new(),
    }
}
