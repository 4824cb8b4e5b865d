//! `JUnit` XML for a whole class, as GitLab, Jenkins and most others read it.

use std::time::Duration;

use protocol::Status;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use xtask::workbook::{Outcome, Trouble};

use super::{File, OUTPUT, tail};
use crate::result::{Grade, KataGrade, TestGrade};

/// GitLab takes reports of at most 30 MB.
const MOST: usize = 29 * 1024 * 1024;

/// `junit.xml`. Where it would be too long for the platforms that read it, without what tests
/// printed.
pub fn file(grades: &[Grade]) -> Outcome<File> {
    let mut text = report(grades, OUTPUT)?;
    if text.len() > MOST {
        text = report(grades, 0)?;
    }
    Ok(File::new("junit.xml", text))
}

fn report(grades: &[Grade], output: usize) -> Outcome<String> {
    let mut report = Report::new("trece");
    for grade in grades {
        for kata in &grade.katas {
            let name = format!("{}.{}", grade.submission.id, kata.id);
            let mut suite = TestSuite::new(name.as_str());
            for test in &kata.tests {
                // GitLab counts the first of two equal names only, so the submission is in it.
                let mut case = TestCase::new(test.id.as_str(), status(kata, test));
                case.set_classname(name.as_str());
                case.set_time(Duration::from_millis(test.ms));
                if !test.output.is_empty() && output > 0 {
                    case.set_system_out(tail(&test.output, output));
                }
                suite.add_test_case(case);
            }
            report.add_test_suite(suite);
        }
    }
    report.to_string().map_err(|e| Trouble::new(e.to_string()))
}

fn status(kata: &KataGrade, test: &TestGrade) -> TestCaseStatus {
    let kind = match test.status {
        Status::Pass => return TestCaseStatus::success(),
        Status::Skipped | Status::NotVerified => None,
        Status::InfraError => Some(NonSuccessKind::Error),
        _ => Some(NonSuccessKind::Failure),
    };
    let told = test.told();
    // What was refused or did not compile is told once, of the kata.
    let told = match test.status {
        Status::Refused | Status::BuildFailed => kata.message.as_deref().unwrap_or(&told),
        _ => &told,
    };
    let first = told.lines().next().unwrap_or_default();
    let Some(kind) = kind else {
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_message(first);
        return skipped;
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(first);
    status.set_type(test.status.as_str());
    status.set_description(format!("{}\n\n{told}", test.behaviour));
    status
}

#[cfg(test)]
mod tests {
    use quick_junit::{Report, TestCaseStatus};

    use super::{OUTPUT, file};
    use crate::report::sample;

    #[test]
    fn readers_of_junit_find_every_test_once() {
        let text = file(&[sample::grade(), sample::open(), sample::broken()]).unwrap().text;
        let report = Report::deserialize_from_str(&text).unwrap();
        assert_eq!((report.tests, report.failures, report.errors), (12, 6, 4));
        let names: std::collections::BTreeSet<(String, String)> = report
            .test_suites
            .iter()
            .flat_map(|s| &s.test_cases)
            .map(|c| (c.classname.as_ref().unwrap().to_string(), c.name.to_string()))
            .collect();
        assert_eq!(names.len(), 12, "{names:?}");
        assert!(names.contains(&("alice.k02".into(), "s2_lock::holds".into())));
    }

    #[test]
    fn what_a_test_printed_is_cut_and_cannot_break_the_document() {
        let mut grade = sample::grade();
        grade.katas[0].tests[1].output = format!("]]>\u{1b}[31m\u{0}<{}", "x".repeat(OUTPUT * 2));
        let text = file(&[grade]).unwrap().text;
        assert!(text.len() < OUTPUT * 2, "{}", text.len());
        let report = Report::deserialize_from_str(&text).unwrap();
        let case = &report.test_suites[0].test_cases[1];
        assert!(case.system_out.as_ref().unwrap().len() <= OUTPUT);
        assert!(matches!(case.status, TestCaseStatus::NonSuccess { .. }));
    }
}
