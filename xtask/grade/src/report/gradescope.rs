//! `results.json` of a Gradescope autograder, one a submission.
//!
//! Source: gradescope-autograders.readthedocs.io, "Autograder Specifications". The points are the
//! steps', so an entry with points is a step. Gradescope hides the total from students as soon as
//! one *test* is hidden, so hidden tests have no points of their own there either.

use protocol::Status;
use serde_json::{Value, json};
use xtask::t;

use super::{File, OUTPUT, head};
use crate::result::{Grade, KataGrade, StepGrade, TestGrade};

/// `gradescope/ID.json`.
pub fn file(grade: &Grade) -> File {
    let path = format!("gradescope/{}.json", grade.submission.id);
    File::new(path, format!("{:#}\n", results(grade)))
}

fn results(grade: &Grade) -> Value {
    let mut results = json!({
        "stdout_visibility": "hidden",
        "output_format": "text",
        "execution_time": grade.katas.iter().flat_map(|k| &k.tests).map(|t| t.ms).sum::<u64>() / 1000,
        "extra_data": {
            "schema": "trece-grade/v1",
            "sandbox": grade.tool.sandbox,
            "policy_sha256": grade.tool.policy_sha256,
            "tree_sha256": grade.submission.tree_sha256,
            "graded_at": grade.graded_at,
        },
    });
    let Some(score) = grade.score else {
        // Without a score anywhere Gradescope reports that the autograder failed, and that is so.
        results["output"] = t!("report.ungraded").into();
        return results;
    };
    results["score"] = score.into();
    results["output"] = grade.told(OUTPUT).into();
    let entries = grade.katas.iter().flat_map(|kata| {
        let steps = kata.steps.iter().map(|s| entry(kata, s));
        let hidden = kata.tests.iter().filter(|t| !t.is_visible());
        steps.chain(hidden.map(|t| unpointed(kata, t))).collect::<Vec<_>>()
    });
    results["tests"] = entries.collect();
    results
}

fn entry(kata: &KataGrade, step: &StepGrade) -> Value {
    let held = step.status == Status::Pass;
    json!({
        "name": format!("{} {}: {}", kata.id, step.number, step.title),
        "number": format!("{}.{}", kata.id, step.number),
        "score": step.score.unwrap_or(0),
        "max_score": step.max,
        "status": if held { "passed" } else { "failed" },
        "output": kata.told_of(step, OUTPUT),
        "output_format": "text",
        "tags": [kata.id],
        "visibility": "visible",
    })
}

/// A test that students see late or never. Who sees it is Gradescope's to keep.
fn unpointed(kata: &KataGrade, test: &TestGrade) -> Value {
    let held = test.status == Status::Pass;
    json!({
        "name": format!("{}::{}", kata.id, test.id),
        "number": format!("{}.{}", kata.id, test.step),
        "status": if held { "passed" } else { "failed" },
        "output": if held { String::new() } else { head(&test.told(), OUTPUT).to_owned() },
        "output_format": "text",
        "tags": [kata.id],
        "visibility": test.visibility,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use crate::report::sample;
    use crate::result::Grade;

    /// The fields that the specification documents, and no others.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is that it reads")]
    struct Results {
        score: Option<f64>,
        execution_time: Option<f64>,
        output: Option<String>,
        output_format: Option<Format>,
        test_output_format: Option<Format>,
        test_name_format: Option<Format>,
        visibility: Option<Visibility>,
        stdout_visibility: Option<Visibility>,
        extra_data: Option<Value>,
        #[serde(default)]
        tests: Vec<Test>,
        leaderboard: Option<Vec<Value>>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is that it reads")]
    struct Test {
        score: Option<f64>,
        max_score: Option<f64>,
        status: Option<Status>,
        name: Option<String>,
        name_format: Option<Format>,
        number: Option<String>,
        output: Option<String>,
        output_format: Option<Format>,
        tags: Option<Vec<String>>,
        visibility: Option<Visibility>,
        extra_data: Option<Value>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(clippy::enum_variant_names, reason = "the specification's names")]
    enum Format {
        Text,
        Html,
        SimpleFormat,
        Md,
        Ansi,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Visibility {
        Hidden,
        AfterDueDate,
        AfterPublished,
        Visible,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Passed,
        Failed,
    }

    /// The shape of the specification's own example.
    const EXAMPLE: &str = r#"{"score": 44.0, "execution_time": 136, "output": "Text", "output_format": "simple_format",
        "test_output_format": "text", "test_name_format": "text", "visibility": "after_due_date",
        "stdout_visibility": "visible", "extra_data": {}, "tests": [{"score": 2.0, "max_score": 2.0,
        "status": "passed", "name": "Your name here", "name_format": "text", "number": "1.1",
        "output": "Giant multiline string", "output_format": "text", "tags": ["tag1", "tag2"],
        "visibility": "visible", "extra_data": {}}],
        "leaderboard": [{"name": "Accuracy", "value": 0.926}]}"#;

    fn read(grade: &Grade) -> Results {
        serde_json::from_str(&super::file(grade).text).unwrap()
    }

    #[test]
    fn it_reads_as_documented_and_adds_up() {
        serde_json::from_str::<Results>(EXAMPLE).unwrap();
        let results = read(&sample::grade());
        assert_eq!(results.score, Some(2.0));
        let sum = |of: fn(&Test) -> Option<f64>| results.tests.iter().filter_map(of).sum::<f64>();
        assert_eq!(Some(sum(|t| t.score)), results.score);
        assert_eq!(Some(sum(|t| t.max_score)), Some(5.0));
        assert_eq!(results.tests[0].status, Some(Status::Passed));
        assert_eq!(results.tests[1].status, Some(Status::Failed));
        assert_eq!(results.tests[1].number.as_deref(), Some("k02.2"));
        // The timeline, which the failing test carries, is there to read.
        assert!(results.tests[1].output.as_ref().unwrap().contains("lock → 100"));
    }

    #[test]
    fn a_hidden_test_stays_where_gradescope_hides_it() {
        let results = read(&sample::grade());
        let (hidden, seen): (Vec<&super::tests::Test>, Vec<_>) =
            results.tests.iter().partition(|t| t.visibility == Some(Visibility::Hidden));
        assert_eq!(hidden.len(), 1);
        assert!(hidden[0].max_score.is_none());
        for test in seen {
            assert!(!test.output.as_ref().unwrap().contains(sample::HIDDEN));
        }
    }

    #[test]
    fn what_could_not_be_graded_has_no_score_at_all() {
        let results = read(&sample::open());
        assert!(results.score.is_none() && results.tests.is_empty());
        assert!(!results.output.unwrap().is_empty());
    }
}
