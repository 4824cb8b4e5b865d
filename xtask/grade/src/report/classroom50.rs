//! `classroom50/result/v1`, which an `autograder.py` of Classroom 50 leaves as `result.json`.
//!
//! Source: foundation50/classroom50, `schemas/result-v1.schema.json`: no other top-level fields,
//! integers only, instants in UTC to the second.

use serde_json::{Value, json};
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use super::File;
use crate::result::{Grade, KataGrade, StepGrade};

/// What the platform says of the submission, by the environment of its runner.
#[derive(Debug, Clone)]
pub struct Assignment {
    classroom: String,
    /// Its slug.
    slug: String,
    kind: String,
    /// Of the repository; the submission's id where the platform does not say.
    owner: Option<String>,
    submission: String,
    commit: String,
    release: String,
    review: String,
}

impl Assignment {
    /// # Errors
    /// When the platform did not say what a result cannot do without.
    pub fn of(variable: &dyn Fn(&str) -> Option<String>) -> Outcome<Self> {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let need = |name: &str| {
            said(name).ok_or_else(|| Trouble::usage(t!("report.no_variable", name = name)))
        };
        let commit = need("COMMIT_URL")?;
        Ok(Self {
            classroom: need("CLASSROOM")?,
            slug: need("ASSIGNMENT")?,
            kind: said("MODE").unwrap_or_else(|| "individual".to_owned()),
            owner: said("USERNAME"),
            submission: need("SUBMISSION_TAG")?,
            release: need("RELEASE_URL")?,
            // With nothing to compare with, the review is the commit.
            review: said("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
        })
    }
}

/// `classroom50/ID/result.json`. A submission without a mark has none: the format knows no other
/// number for it than zero.
pub fn files(grades: &[Grade], of: &Assignment) -> Outcome<Vec<File>> {
    let with_mark = grades.iter().filter_map(|g| Some((g, g.score?)));
    with_mark
        .map(|(grade, score)| {
            let path = format!("classroom50/{}/result.json", grade.submission.id);
            Ok(File::new(path, format!("{:#}\n", result(grade, score, of)?)))
        })
        .collect()
}

fn result(grade: &Grade, score: u64, of: &Assignment) -> Outcome<Value> {
    let id = &grade.submission.id;
    // Lateness is computed from it, so a guess would be a wrong accusation.
    let submitted = grade.submission.submitted_at.as_deref().and_then(seconds);
    let submitted = submitted.ok_or_else(|| Trouble::new(t!("report.no_instant", id = id)))?;
    let steps = |kata: &KataGrade| kata.steps.iter().map(|s| step(kata, s)).collect::<Vec<_>>();
    let mut result = json!({
        "schema": "classroom50/result/v1",
        "classroom": of.classroom,
        "assignment": of.slug,
        "assignment_type": of.kind,
        "owner": of.owner.as_ref().unwrap_or(id),
        "submission": of.submission,
        "commit": of.commit,
        "release": of.release,
        "review": of.review,
        "datetime": submitted,
        "score": score,
        "max-score": grade.max,
        "tests": grade.katas.iter().flat_map(steps).collect::<Vec<_>>(),
    });
    if let Some(at) = seconds(&grade.graded_at) {
        result["graded_at"] = at.into();
    }
    Ok(result)
}

/// The points are the steps', so the platform's tests are the steps.
fn step(kata: &KataGrade, step: &StepGrade) -> Value {
    json!({
        "test-name": format!("{}::{}", kata.id, step.module),
        "passed": step.status == protocol::Status::Pass,
        "score": step.score.unwrap_or(0),
        "max-score": step.max,
    })
}

/// An instant in UTC, to the second.
fn seconds(instant: &str) -> Option<String> {
    let instant = humantime::parse_rfc3339_weak(instant).ok()?;
    Some(humantime::format_rfc3339_seconds(instant).to_string())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Assignment, files, seconds};
    use crate::report::sample;

    /// The platform's schema, as far as types can say it.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Document {
        schema: String,
        classroom: String,
        assignment: String,
        #[serde(rename = "assignment_type")]
        assignment_type: String,
        owner: String,
        submission: String,
        commit: String,
        release: String,
        review: String,
        datetime: String,
        #[serde(rename = "graded_at")]
        graded_at: Option<String>,
        score: u64,
        max_score: u64,
        tests: Vec<Test>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Test {
        #[serde(rename = "test-name")]
        name: String,
        passed: bool,
        score: u64,
        max_score: u64,
    }

    /// What the schema says beyond types.
    fn valid(text: &str) -> Document {
        let d: Document = serde_json::from_str(text).unwrap();
        assert_eq!(d.schema, "classroom50/result/v1");
        assert!(["individual", "group"].contains(&d.assignment_type.as_str()));
        for text in [&d.classroom, &d.assignment, &d.owner, &d.commit, &d.release, &d.review] {
            assert!(!text.is_empty());
        }
        assert!(d.submission.starts_with("submit/"), "{}", d.submission);
        for instant in [Some(&d.datetime), d.graded_at.as_ref()].into_iter().flatten() {
            assert!(instant.len() == 20 && instant.ends_with('Z'), "{instant}");
        }
        assert!(d.score <= d.max_score);
        for test in &d.tests {
            assert!(!test.name.is_empty() && test.score <= test.max_score);
        }
        d
    }

    /// The example of the specification.
    const EXAMPLE: &str = r#"{"schema":"classroom50/result/v1","classroom":"c","assignment":"k03",
        "assignment_type":"individual","owner":"alice",
        "submission":"submit/2026-06-01T14-32-05Z-a1b2c3d","commit":"URL","release":"URL",
        "review":"URL","datetime":"2026-06-01T14:32:01Z","graded_at":"2026-06-01T14:33:11Z",
        "score":4,"max-score":5,
        "tests":[{"test-name":"k03::retry","passed":true,"score":4,"max-score":4}]}"#;

    #[test]
    fn it_is_what_the_platform_accepts() {
        valid(EXAMPLE);
        let made = files(&[sample::grade()], &sample::assignment()).unwrap();
        assert_eq!(made.len(), 1);
        let d = valid(&made[0].text);
        assert_eq!((d.score, d.max_score), (2, 5));
        assert_eq!(d.tests.iter().map(|t| t.score).sum::<u64>(), d.score);
        assert_eq!(d.tests.iter().map(|t| t.max_score).sum::<u64>(), d.max_score);
        assert!(d.tests[0].passed && !d.tests[1].passed);
        assert_eq!(d.tests[0].name, "k02::s1_see");
    }

    #[test]
    fn no_mark_no_result_and_no_instant_no_guess() {
        assert!(files(&[sample::open()], &sample::assignment()).unwrap().is_empty());
        let mut grade = sample::grade();
        grade.submission.submitted_at = None;
        assert!(files(&[grade], &sample::assignment()).is_err());
    }

    #[test]
    fn what_the_platform_does_not_say_is_an_error() {
        let trouble = Assignment::of(&|_| None).unwrap_err();
        assert_eq!(trouble.code, 2);
        assert!(trouble.message.contains("COMMIT_URL"), "{}", trouble.message);
    }

    #[test]
    fn instants_are_to_the_second() {
        assert_eq!(seconds("2026-06-01T14:32:01.5Z").unwrap(), "2026-06-01T14:32:01Z");
        assert_eq!(seconds("yesterday"), None);
    }
}
