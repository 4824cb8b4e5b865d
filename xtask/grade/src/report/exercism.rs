//! `results.json` of Exercism's test runner interface, version 3: one kata is one exercise.
//!
//! Source: exercism/docs, `building/tooling/test-runners/interface.md`.

use protocol::Status;
use serde_json::{Value, json};

use super::{File, head};
use crate::result::{Grade, KataGrade, TestGrade};

/// What the interface allows of a test's output, in characters; ours are counted in bytes, which is
/// never more.
const OUTPUT: usize = 500;
const CUT: &str = "Output was truncated. Please limit to 500 chars\n";
/// Of the message at the top.
const MESSAGE: usize = 65_535;

/// `exercism/ID/KATA/results.json`.
pub fn files(grade: &Grade) -> Vec<File> {
    let file = |kata: &KataGrade| {
        let path = format!("exercism/{}/{}/results.json", grade.submission.id, kata.id);
        File::new(path, format!("{:#}\n", results(kata)))
    };
    grade.katas.iter().map(file).collect()
}

fn results(kata: &KataGrade) -> Value {
    let visible: Vec<&TestGrade> = kata.tests.iter().filter(|t| t.is_visible()).collect();
    let ran = |t: &&TestGrade| !matches!(word(t), "error");
    // `error` is for what did not run at all; then its message is all there is to read.
    if !kata.tests.iter().any(|t| ran(&t)) {
        let told = kata.message.clone().or_else(|| visible.first().map(|t| t.told()));
        let told = told.unwrap_or_else(|| kata.status.to_string());
        return json!({"version": 3, "status": "error", "message": head(&told, MESSAGE), "tests": []});
    }
    let status = if kata.tests.iter().all(|t| t.status == Status::Pass) { "pass" } else { "fail" };
    let tests: Vec<Value> = visible.into_iter().map(test).collect();
    json!({"version": 3, "status": status, "message": null, "tests": tests})
}

fn test(test: &TestGrade) -> Value {
    let status = word(test);
    let message = (status != "pass").then(|| test.told());
    json!({
        "name": test.id,
        "status": status,
        "message": message,
        "output": output(&test.output),
        "task_id": test.step,
    })
}

fn output(text: &str) -> Value {
    match text.len() {
        0 => Value::Null,
        length if length <= OUTPUT => text.into(),
        _ => format!("{CUT}{}", head(text, OUTPUT - CUT.len())).into(),
    }
}

/// `error` is a test that was not judged.
fn word(test: &TestGrade) -> &'static str {
    match test.status {
        Status::Pass => "pass",
        Status::BuildFailed
        | Status::Refused
        | Status::Skipped
        | Status::NotVerified
        | Status::InfraError => "error",
        _ => "fail",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::report::sample;
    use crate::result::Grade;

    /// The interface's fields, and no others.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Results {
        version: u8,
        status: Word,
        message: Option<String>,
        tests: Vec<Test>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(
        dead_code,
        clippy::struct_field_names,
        reason = "the interface's names; what matters is that it reads"
    )]
    struct Test {
        name: String,
        status: Word,
        message: Option<String>,
        output: Option<String>,
        test_code: Option<String>,
        task_id: Option<u32>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Pass,
        Fail,
        Error,
    }

    /// The fields of the interface's own example of version 3.
    const EXAMPLE: &str = r#"{"version": 3, "status": "fail", "message": null, "tests": [
        {"name": "t", "status": "fail", "message": "m", "output": "o", "test_code": "c", "task_id": 1}]}"#;

    fn read(grade: &Grade) -> Results {
        let files = super::files(grade);
        assert_eq!(files.len(), 1);
        assert!(files[0].path.ends_with("k02/results.json"));
        serde_json::from_str(&files[0].text).unwrap()
    }

    #[test]
    fn it_reads_as_the_interface_does() {
        serde_json::from_str::<Results>(EXAMPLE).unwrap();
        let results = read(&sample::grade());
        assert_eq!((results.version, &results.status), (3, &Word::Fail));
        let names: Vec<&str> = results.tests.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["s1_see::finds_it", "s2_lock::holds", "s3_order::waits"]);
        assert_eq!(results.tests[1].status, Word::Fail);
        assert_eq!(results.tests[1].task_id, Some(2));
        let output = results.tests[1].output.as_ref().unwrap();
        assert!(output.chars().count() <= 500, "{output}");
        assert!(output.starts_with("Output was truncated"), "{output}");
    }

    #[test]
    fn what_never_ran_is_an_error_with_its_reason() {
        let results = read(&sample::open());
        assert_eq!(results.status, Word::Error);
        assert!(!results.message.unwrap().is_empty());
        let results = read(&sample::broken());
        assert_eq!(results.status, Word::Error);
        assert!(results.message.unwrap().contains("expected one of"));
    }
}
