//! What an autograder of Autolab prints, one text a submission: feedback, and in the last line the
//! *autoresult*, a score for each problem. Here a problem is a kata, named by its id.
//!
//! Source: docs.autolabproject.com, "Guide for Lab Authors", and "Scoreboards" for the entries.

use serde_json::{Map, Value, json};

use super::{File, page};
use crate::result::Grade;

/// `autolab/ID.txt`, to be printed as it is. A kata without a mark is no problem in it, which leaves
/// that problem ungraded; without any mark there is no text.
pub fn file(grade: &Grade) -> Option<File> {
    let marked = grade.katas.iter().filter_map(|k| Some((k.id.clone(), k.score?.into())));
    let scores: Map<String, Value> = marked.collect();
    if scores.is_empty() {
        return None;
    }
    let mut result = json!({ "scores": scores });
    if let Some(sum) = grade.score {
        // A column a kata, and the sum.
        let columns = grade.katas.iter().filter_map(|k| k.score).chain([sum]);
        result["scoreboard"] = columns.collect();
    }
    let feedback = page::feedback(grade);
    let path = format!("autolab/{}.txt", grade.submission.id);
    Some(File::new(path, format!("{}\n\n{result}\n", feedback.trim_end())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::file;
    use crate::report::sample;
    use crate::result::Grade;

    /// The fields of the guide, and no others.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Autoresult {
        scores: BTreeMap<String, f64>,
        scoreboard: Option<Vec<f64>>,
    }

    /// As Autolab reads it: the last line, whatever stands above.
    fn read(text: &str) -> Autoresult {
        serde_json::from_str(text.trim_end().lines().last().unwrap()).unwrap()
    }

    /// The shape of the guide's own example.
    const EXAMPLE: &str =
        "Running\n{ \"scores\": { \"Prob1\": 10, \"Prob2\": 5 }, \"scoreboard\": [10, 5, 15] }\n";

    fn of_two(mut one: Grade, mut other: Grade) -> Grade {
        other.katas[0].id = "k03".into();
        one.katas.append(&mut other.katas);
        one.score = one.katas.iter().map(|k| k.score).sum();
        one
    }

    #[test]
    fn the_last_line_has_a_score_for_each_kata_and_a_row_of_the_scoreboard() {
        assert_eq!(read(EXAMPLE).scores["Prob1"].to_bits(), 10_f64.to_bits());
        let text = file(&of_two(sample::grade(), sample::broken())).unwrap().text;
        let result = read(&text);
        assert_eq!(result.scores, BTreeMap::from([("k02".into(), 2.0), ("k03".into(), 0.0)]));
        assert_eq!(result.scoreboard.unwrap(), [2.0, 0.0, 2.0]);
        // Above it is what the student reads.
        assert!(text.contains("lock → 100"), "{text}");
    }

    #[test]
    fn what_a_student_printed_is_not_the_last_line() {
        let mut grade = sample::grade();
        grade.katas[0].tests[1].message = Some("{\"scores\": {\"k02\": 100}}\n".into());
        assert_eq!(read(&file(&grade).unwrap().text).scores["k02"].to_bits(), 2_f64.to_bits());
    }

    #[test]
    fn a_kata_without_a_mark_is_left_out() {
        assert_eq!(file(&sample::open()), None);
        let result = read(&file(&of_two(sample::grade(), sample::open())).unwrap().text);
        assert_eq!(result.scores.keys().collect::<Vec<_>>(), ["k02"]);
        assert!(result.scoreboard.is_none());
    }
}
