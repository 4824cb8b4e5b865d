//! Grades in the formats that instructors and their platforms read: one file a format.
//!
//! A format is a function from grades to files. None of them decides anything: points, statuses and
//! what a student may see are in the [`Grade`]s. A test that is not `visible` is named nowhere that
//! a student reads, except where the platform itself keeps it from them.

mod autolab;
mod canvas;
mod classroom50;
mod exercism;
mod gradescope;
mod json;
mod junit;
mod marks;
mod page;
mod prairielearn;
#[cfg(test)]
mod sample;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use protocol::Status;
use xtask::t;
use xtask::terminal::fold;
use xtask::workbook::{Outcome, Trouble};

use crate::cli::Report;
use crate::result::{Grade, KataGrade, StepGrade, TestGrade};
use crate::store::Store;
pub use marks::table;

/// Exit code: something of the class could not be graded.
const INCOMPLETE: u8 = 3;
/// What a format shows of one test's output, in bytes.
const OUTPUT: usize = 64 * 1024;

/// One file of a report, below its folder.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    pub text: String,
}

impl File {
    fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// Writes `DIR/reports/`, one folder or file a format.
///
/// The exit code is 3 where a submission could not be graded: its mark is nowhere a zero.
pub fn run(options: &Report) -> Outcome<u8> {
    let formats = options
        .formats
        .split(',')
        .map(|name| {
            Format::parse(name.trim())
                .ok_or_else(|| Trouble::usage(t!("report.no_such_format", name = name)))
        })
        .collect::<Outcome<Vec<_>>>()?;
    let grades = Store::new(&options.dir).grades()?;
    let to = options.dir.join("reports");
    for format in formats {
        for file in format.files(&grades, options)? {
            let path = to.join(&file.path);
            xtask::files::write_atomic(&path, file.text.as_bytes())
                .map_err(|e| Trouble::file(&path, &e))?;
        }
        println!("{}", to.join(format.place()).display());
    }
    let open: Vec<&str> =
        grades.iter().filter(|g| g.score.is_none()).map(|g| g.submission.id.as_str()).collect();
    if open.is_empty() {
        return Ok(0);
    }
    eprint!("{}", fold(&t!("report.open", n = open.len(), ids = open.join(", ")), 0));
    Ok(INCOMPLETE)
}

/// The formats there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Markdown,
    Csv,
    Junit,
    Gradescope,
    Classroom50,
    Exercism,
    PrairieLearn,
    Autolab,
    Canvas,
}

impl Format {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Self::Json,
            "md" => Self::Markdown,
            "csv" => Self::Csv,
            "junit" => Self::Junit,
            "gradescope" => Self::Gradescope,
            "classroom50" => Self::Classroom50,
            "exercism" => Self::Exercism,
            "prairielearn" => Self::PrairieLearn,
            "autolab" => Self::Autolab,
            "canvas" => Self::Canvas,
            _ => return None,
        })
    }

    /// What to open first.
    fn place(self) -> &'static Path {
        Path::new(match self {
            Self::Json => "grades.json",
            Self::Markdown => "class.md",
            Self::Csv => "marks.csv",
            Self::Junit => "junit.xml",
            Self::Gradescope => "gradescope",
            Self::Classroom50 => "classroom50",
            Self::Exercism => "exercism",
            Self::PrairieLearn => "prairielearn",
            Self::Autolab => "autolab",
            Self::Canvas => "canvas.csv",
        })
    }

    fn files(self, grades: &[Grade], options: &Report) -> Outcome<Vec<File>> {
        Ok(match self {
            Self::Json => vec![json::file(grades)?],
            Self::Markdown => page::files(grades),
            Self::Csv => vec![marks::file(grades)?],
            Self::Junit => vec![junit::file(grades)?],
            Self::Gradescope => grades.iter().map(gradescope::file).collect(),
            Self::Classroom50 => {
                let of = classroom50::Assignment::of(&|name| std::env::var(name).ok())?;
                classroom50::files(grades, &of)?
            }
            Self::Exercism => grades.iter().flat_map(exercism::files).collect(),
            Self::PrairieLearn => grades.iter().map(prairielearn::file).collect(),
            Self::Autolab => grades.iter().filter_map(autolab::file).collect(),
            Self::Canvas => vec![canvas::file(grades, options.gradebook.as_deref())?],
        })
    }
}

impl Grade {
    /// What concerns a whole kata: why nothing ran. At most `most` bytes of it.
    fn told(&self, most: usize) -> String {
        let told = |k: &KataGrade| Some(format!("{}: {}", k.id, k.message.as_ref()?));
        let told: Vec<String> = self.katas.iter().filter_map(told).collect();
        head(&told.join("\n\n"), most).to_owned()
    }

    /// The katas of all grades, in the order of the path.
    fn katas_of(grades: &[Self]) -> Vec<&str> {
        let longest = grades.iter().max_by_key(|g| g.katas.len());
        longest.map_or_else(Vec::new, |g| g.katas.iter().map(|k| k.id.as_str()).collect())
    }

    fn kata(&self, id: &str) -> Option<&KataGrade> {
        self.katas.iter().find(|k| k.id == id)
    }
}

impl KataGrade {
    /// The tests of a step, in the order of the suite.
    fn tests_of(&self, step: &StepGrade) -> impl Iterator<Item = &TestGrade> {
        self.tests.iter().filter(|t| t.step == step.number)
    }

    /// How many of them hold, of those that students may see.
    fn count_of(&self, step: &StepGrade) -> String {
        let tests: Vec<_> = self.tests_of(step).filter(|t| t.is_visible()).collect();
        let held = tests.iter().filter(|t| t.status == Status::Pass).count();
        t!("check.hold", held = held, all = tests.len())
    }

    /// The step's tests that students may see, each with what happened instead; at most `most`
    /// bytes of it.
    fn told_of(&self, step: &StepGrade, most: usize) -> String {
        let mut out = String::new();
        for test in self.tests_of(step).filter(|t| t.is_visible()) {
            let sign = if test.status == Status::Pass { '✓' } else { '✗' };
            let _ = writeln!(out, "{sign} {}\n  {}", test.id, test.behaviour);
            if test.status != Status::Pass {
                let _ = writeln!(out, "\n{}\n", test.told());
            }
        }
        head(out.trim_end(), most).to_owned()
    }
}

impl TestGrade {
    fn is_visible(&self) -> bool {
        self.visibility == "visible"
    }

    /// What happened instead of the behaviour, in words for whoever wrote the code.
    fn told(&self) -> String {
        match (self.status, self.message.as_deref().map(str::trim_end)) {
            (Status::Skipped, _) => {
                let step = self.depends_on.as_deref().unwrap_or_default();
                t!("report.skipped", step = step)
            }
            (_, Some(message)) if !message.is_empty() => message.to_owned(),
            (status, _) => t!("status.silent", status = status),
        }
    }
}

/// A score, or a dash where there is none.
fn shown(score: Option<u64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| score.to_string())
}

/// At most `most` bytes of a text, the end of it: what was printed last is next to the failure.
fn tail(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let from = (text.len() - most..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[from.unwrap_or(text.len())..]
}

/// At most `most` bytes of a text, its beginning.
fn head(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let to = (0..=most).rev().find(|at| text.is_char_boundary(*at));
    &text[..to.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::{Format, head, sample, tail};

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!((head("año", 2), tail("año", 2)), ("a", "o"));
        assert_eq!((head("año", 3), tail("año", 3)), ("añ", "ño"));
        assert_eq!((head("año", 9), tail("año", 9)), ("año", "año"));
    }

    #[test]
    fn a_hidden_test_is_named_nowhere_that_a_student_reads() {
        let grades = [sample::grade()];
        let mut said = String::new();
        for file in super::page::files(&grades) {
            if file.path.starts_with("feedback") {
                said += &file.text;
            }
        }
        said.extend(super::exercism::files(&grades[0]).into_iter().map(|f| f.text));
        said += &super::prairielearn::file(&grades[0]).text;
        said += &super::autolab::file(&grades[0]).unwrap().text;
        let of = sample::assignment();
        said.extend(super::classroom50::files(&grades, &of).unwrap().into_iter().map(|f| f.text));
        assert!(said.contains("s1_see::finds_it"), "{said}");
        for secret in [sample::HIDDEN, sample::HIDDEN_MESSAGE] {
            assert!(!said.contains(secret), "{secret} is in {said}");
        }
    }

    #[test]
    fn every_format_has_a_name() {
        for name in [
            "json",
            "md",
            "csv",
            "junit",
            "gradescope",
            "classroom50",
            "exercism",
            "prairielearn",
            "autolab",
            "canvas",
        ] {
            assert!(Format::parse(name).is_some(), "{name}");
        }
        assert_eq!(Format::parse("sarif"), None);
    }
}
