//! `results.json` of an external grader on `PrairieLearn`, one a submission.
//!
//! Source: docs.prairielearn.com, "External Grading", section "Grading results". The points are the
//! steps', so its tests are the steps. It shows a student all that is in the file, so what is
//! hidden from students is not in it.

use serde_json::{Value, json};
use xtask::t;

use super::{File, OUTPUT};
use crate::result::{Grade, KataGrade, StepGrade};

/// `PrairieLearn` takes files of at most 1 MB.
const MOST: usize = 1_000_000;
/// What may be shown of each step, in bytes: the first that fits into a file.
const SHOWN: [usize; 3] = [OUTPUT, 4 * 1024, 0];

/// `prairielearn/ID.json`. Where it would be too long, with less of what tests said.
pub fn file(grade: &Grade) -> File {
    let path = format!("prairielearn/{}.json", grade.submission.id);
    let text = |shown| format!("{:#}\n", results(grade, shown));
    let fits = SHOWN.into_iter().map(text).find(|text| text.len() <= MOST);
    File::new(path, fits.unwrap_or_else(|| text(0)))
}

fn results(grade: &Grade, shown: usize) -> Value {
    let Some(score) = grade.score else {
        // Not gradable: no points, none lost, and no attempt used up.
        return json!({"gradable": false, "format_errors": t!("report.ungraded")});
    };
    let steps = |kata: &KataGrade| kata.steps.iter().map(|s| test(kata, s, shown)).collect();
    json!({
        "gradable": true,
        "score": part(score, grade.max),
        "message": t!("report.points", score = score, max = grade.max),
        "output": grade.told(shown),
        "tests": grade.katas.iter().flat_map::<Vec<Value>, _>(steps).collect::<Vec<_>>(),
    })
}

fn test(kata: &KataGrade, step: &StepGrade, shown: usize) -> Value {
    json!({
        "name": format!("{} {}: {}", kata.id, step.number, step.title),
        "points": step.score.unwrap_or(0),
        "max_points": step.max,
        "message": kata.count_of(step),
        "output": kata.told_of(step, shown),
    })
}

/// From 0 to 1.
fn part(score: u64, max: u64) -> f64 {
    let number = |points| f64::from(u32::try_from(points).unwrap_or(u32::MAX));
    if max == 0 { 0.0 } else { number(score) / number(max) }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{MOST, file, part};
    use crate::report::sample;
    use crate::result::Grade;

    /// The fields of the documentation, and no others.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is that it reads")]
    struct Results {
        gradable: Option<bool>,
        score: Option<f64>,
        format_errors: Option<String>,
        message: Option<String>,
        output: Option<String>,
        #[serde(default)]
        images: Vec<serde_json::Value>,
        #[serde(default)]
        tests: Vec<Test>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is that it reads")]
    struct Test {
        name: String,
        description: Option<String>,
        points: f64,
        max_points: f64,
        message: Option<String>,
        output: Option<String>,
        #[serde(default)]
        images: Vec<serde_json::Value>,
    }

    /// The shape of the documentation's own example.
    const EXAMPLE: &str = r#"{"gradable": true, "score": 0.25, "message": "m", "output": "o",
        "images": [{"label": "l", "url": "data:image/png;base64,"}],
        "tests": [{"name": "n", "description": "d", "points": 0, "max_points": 3, "message": "m",
            "output": "o", "images": []}]}"#;

    fn read(grade: &Grade) -> Results {
        serde_json::from_str(&file(grade).text).unwrap()
    }

    #[test]
    fn it_reads_as_documented_and_adds_up() {
        serde_json::from_str::<Results>(EXAMPLE).unwrap();
        let results = read(&sample::grade());
        assert_eq!((results.gradable, results.score), (Some(true), Some(0.4)));
        let sum = |of: fn(&Test) -> f64| results.tests.iter().map(of).sum::<f64>();
        assert!((sum(|t| t.points) / sum(|t| t.max_points) - 0.4).abs() < 1e-9);
        assert_eq!(results.tests[1].name, "k02 2: One lock");
        assert!(results.tests[1].output.as_ref().unwrap().contains("lock → 100"));
        let broken = read(&sample::broken());
        assert_eq!((broken.gradable, broken.score), (Some(true), Some(0.0)));
        assert!(broken.output.unwrap().contains("expected one of"));
    }

    #[test]
    fn what_could_not_be_graded_costs_nothing() {
        let results = read(&sample::open());
        assert_eq!((results.gradable, results.score), (Some(false), None));
        assert!(!results.format_errors.unwrap().is_empty());
    }

    #[test]
    fn it_is_never_too_long_for_the_platform() {
        let mut grade = sample::grade();
        grade.katas[0].tests[1].message = Some("\u{1}".repeat(MOST));
        grade.katas = vec![grade.katas[0].clone(); 16];
        let text = file(&grade).text;
        assert!(text.len() <= MOST, "{}", text.len());
        assert_eq!(read(&grade).tests.len(), 48);
    }

    #[test]
    fn a_score_is_a_part_of_one() {
        assert_eq!(
            [part(0, 0), part(0, 5), part(5, 5)].map(f64::to_bits),
            [0.0, 0.0, 1.0].map(f64::to_bits)
        );
    }
}
