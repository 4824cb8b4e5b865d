//! `trece-grade/v1`: what grading yields, in memory and as JSON.
//!
//! A *unit* is one kata of one submission, and one file: an interrupted run loses what it was at and
//! nothing else. A *grade* is a submission with all of its units. Every other format is made from
//! grades, so these types are what a format may rely on.

use protocol::Status;
use serde::{Deserialize, Serialize};

/// Of [`Grade::schema`].
pub const SCHEMA: &str = "trece-grade/v1";
/// Of [`Unit::schema`].
pub const UNIT_SCHEMA: &str = "trece-grade-unit/v1";

/// One submission: `grades/ID.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    pub schema: String,
    pub tool: Tool,
    pub submission: Submission,
    /// RFC 3339, UTC: when its last unit was graded.
    pub graded_at: String,
    /// Hexadecimal; what every generator of the suites started from. Hidden until then.
    pub seed: String,
    /// The sum of the katas' scores; none as long as one of them has none.
    pub score: Option<u64>,
    pub max: u64,
    /// What it was before `regrade`.
    pub previous: Option<Previous>,
    /// In the order of the path that learners follow.
    pub katas: Vec<KataGrade>,
}

/// One kata of one submission: `units/ID/KATA.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    pub schema: String,
    pub tool: Tool,
    pub submission: Submission,
    pub graded_at: String,
    pub seed: String,
    /// SHA-256 of everything that the verdict follows from: equal keys, equal verdicts.
    pub key: String,
    pub kata: KataGrade,
}

/// With what it was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    pub version: String,
    pub rustc: String,
    /// `bwrap`, `landlock` or `none`.
    pub sandbox: String,
    /// Of the sandbox's rules and the limits.
    pub policy_sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// As in the roster; also a file's name.
    pub id: String,
    /// Of the files that were taken, names and contents.
    pub tree_sha256: String,
    /// RFC 3339, where the manifest or the collection knows it.
    pub submitted_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    pub score: Option<u64>,
    pub graded_at: String,
    pub reason: String,
}

/// A kata's part of a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KataGrade {
    /// `k03`.
    pub id: String,
    /// `pass` where every step has its points; otherwise that of the first test that has not passed.
    #[serde(with = "status")]
    pub status: Status,
    /// The sum of the steps' points; none after `infra_error`, which is nobody's zero.
    pub score: Option<u64>,
    pub max: u64,
    /// Notes for a person: see [`flag`].
    pub flags: Vec<String>,
    /// Why nothing ran, where nothing did: what was refused, what the compiler says.
    pub message: Option<String>,
    /// In the order of the kata. The points are here.
    pub steps: Vec<StepGrade>,
    /// In the order of the suite.
    pub tests: Vec<TestGrade>,
}

/// Words of [`KataGrade::flags`].
pub mod flag {
    /// The submission has nothing for this kata.
    pub const NOT_SUBMITTED: &str = "not_submitted";
    /// What the kata starts from, unchanged.
    pub const UNCHANGED: &str = "unchanged";
    /// Something that the scan refuses.
    pub const TOKENS: &str = "refused_tokens";
    /// A file that is no regular file, too big, or named in an odd way.
    pub const FILES: &str = "refused_files";
    /// Some test failed and then passed, on the same binary.
    pub const FLAKY: &str = "flaky";
    /// Graded without a sandbox.
    pub const NO_SANDBOX: &str = "no_sandbox";
    /// Some test passed with less trust than was required.
    pub const LOW_TRUST: &str = "low_trust";
}

/// A step: all of its points when each of its tests passed and it is not skipped, none otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepGrade {
    /// `s3_retry`.
    pub module: String,
    pub title: String,
    /// From 1.
    pub number: usize,
    /// Asked by the plan; the others are offered.
    pub core: bool,
    #[serde(with = "status")]
    pub status: Status,
    pub score: Option<u64>,
    pub max: u64,
}

/// A test. Its score is 0 or 1 of 1 and says whether it held; a step's points are its step's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestGrade {
    /// `s3_retry::retry_reruns_the_reads`.
    pub id: String,
    /// The behaviour in words: what a person reads instead of the name.
    pub behaviour: String,
    /// Number of its step, from 1.
    pub step: usize,
    #[serde(with = "status")]
    pub status: Status,
    pub score: Option<u64>,
    pub max: u64,
    /// How far a pass can be believed: `receipt` or `oracle`.
    pub trust: String,
    /// `visible`, `hidden`, `after_due_date` or `after_published`.
    pub visibility: String,
    /// The module of the step whose failure this one waits behind, where it was skipped.
    pub depends_on: Option<String>,
    pub ms: u64,
    /// What happened instead of the behaviour, with the timeline where it is the kata's first
    /// failure.
    pub message: Option<String>,
    /// What the process printed, both streams, cut.
    pub output: String,
}

/// [`Status`] as its word.
mod status {
    use protocol::Status;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    // The signature is serde's.
    #[expect(clippy::trivially_copy_pass_by_ref)]
    pub fn serialize<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(status.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
        let word = String::deserialize(from)?;
        Status::parse(&word).ok_or_else(|| D::Error::custom(format!("no status: {word}")))
    }
}

impl Grade {
    /// The units of one submission, in the order of the path, put together.
    ///
    /// # Panics
    /// Without a unit.
    pub fn of(units: &[Unit], previous: Option<Previous>) -> Self {
        let first = units.first().expect("a submission has a kata");
        let katas: Vec<KataGrade> = units.iter().map(|u| u.kata.clone()).collect();
        let latest = units.iter().map(|u| &u.graded_at).max();
        Self {
            schema: SCHEMA.to_owned(),
            tool: first.tool.clone(),
            submission: first.submission.clone(),
            graded_at: latest.cloned().unwrap_or_default(),
            seed: first.seed.clone(),
            score: katas.iter().map(|k| k.score).sum(),
            max: katas.iter().map(|k| k.max).sum(),
            previous,
            katas,
        }
    }
}

impl KataGrade {
    /// Nothing is known of it: the grader failed, not the submission.
    pub fn is_open(&self) -> bool {
        self.score.is_none()
    }

    /// The first test that failed, which is the one to show.
    pub fn first_failure(&self) -> Option<&TestGrade> {
        self.tests.iter().find(|t| t.status != Status::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grade_goes_through_json_unchanged_and_an_open_unit_has_no_sum() {
        let kata = |score| KataGrade {
            id: "k02".into(),
            status: Status::InfraError,
            score,
            max: 4,
            flags: vec![flag::NO_SANDBOX.into()],
            message: None,
            steps: Vec::new(),
            tests: Vec::new(),
        };
        let unit = |score| Unit {
            schema: UNIT_SCHEMA.into(),
            tool: Tool {
                version: "0.1.0".into(),
                rustc: "1".into(),
                sandbox: "bwrap".into(),
                policy_sha256: String::new(),
            },
            submission: Submission {
                id: "alice".into(),
                tree_sha256: String::new(),
                submitted_at: None,
            },
            graded_at: "2026-01-01T00:00:00Z".into(),
            seed: "0d".into(),
            key: String::new(),
            kata: kata(score),
        };
        let grade = Grade::of(&[unit(Some(2)), unit(Some(1))], None);
        assert_eq!((grade.score, grade.max), (Some(3), 8));
        let json = serde_json::to_string(&grade).unwrap();
        assert!(json.contains(r#""status":"infra_error""#), "{json}");
        assert_eq!(serde_json::from_str::<Grade>(&json).unwrap(), grade);
        assert_eq!(Grade::of(&[unit(Some(2)), unit(None)], None).score, None);
    }
}
