//! What is missing on this machine, and the exact command that mends it.

mod install;
mod place;
mod tools;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread;

use crate::t;
use crate::terminal::{bad, dim, fold, good, hint, look, sign};
use crate::workbook::Workbook;

/// What one look at the machine yields.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    name: String,
    grade: Grade,
    /// What was found, or what its absence means.
    says: String,
    /// What to type; empty where nothing is to be done.
    mend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    /// Nothing works without it.
    Missing,
    /// One may do without it.
    Optional,
}

impl Finding {
    fn good(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self { name: name.into(), grade: Grade::Good, says: says.into(), mend: String::new() }
    }

    fn missing(name: impl Into<String>, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Missing, mend: mend.into(), ..Self::good(name, says) }
    }

    fn optional(name: impl Into<String>, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Optional, mend: mend.into(), ..Self::good(name, says) }
    }
}

pub fn run(workbook: &Workbook) -> ExitCode {
    let findings = findings(workbook);
    for finding in &findings {
        print!("{}", shown(finding));
    }
    let missing = findings.iter().filter(|f| f.grade == Grade::Missing).count();
    println!();
    if missing == 0 {
        println!("{}", t!("doctor.ready"));
        return ExitCode::SUCCESS;
    }
    println!("{}", t!("doctor.missing", n = missing));
    ExitCode::FAILURE
}

/// Asks all programs at once: each takes some time only to say its version.
fn findings(workbook: &Workbook) -> Vec<Finding> {
    let looks: [fn(&Workbook) -> Finding; 15] = [
        tools::rustc,
        tools::cargo,
        tools::rustfmt,
        tools::clippy,
        tools::linker,
        place::sources,
        place::target,
        place::progress,
        place::flags,
        place::locale,
        place::disk,
        tools::git,
        tools::mdbook,
        tools::postgres,
        tools::chromium,
    ];
    thread::scope(|scope| {
        let looks = looks.map(|look| scope.spawn(move || look(workbook)));
        looks.into_iter().map(|look| look.join().expect("a look does not panic")).collect()
    })
}

/// Where the text begins, right of the names.
const COLUMN: usize = 21;

fn shown(finding: &Finding) -> String {
    let Finding { name, grade, says, mend } = finding;
    let words = [t!("doctor.word_good"), t!("doctor.word_missing"), t!("doctor.word_optional")];
    let mark = match grade {
        Grade::Good => good(sign("✓", &words[0])),
        Grade::Missing => bad(sign("✗", &words[1])),
        Grade::Optional => dim(sign("–", &words[2])),
    };
    if look().plain {
        let mend = if mend.is_empty() { String::new() } else { format!("\n    {mend}") };
        return format!("{mark} {name}. {says}{mend}\n");
    }
    let says = fold(says, COLUMN);
    let gap = " ".repeat(COLUMN.saturating_sub(2 + name.chars().count()));
    let mut out = format!("{mark} {name}{gap}{}", says.trim_start());
    if !mend.is_empty() {
        let _ = writeln!(out, "{}{}", " ".repeat(COLUMN), hint(mend));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Finding, Grade, findings, shown};
    use crate::workbook::Workbook;

    #[test]
    fn a_machine_that_runs_this_test_has_what_is_needed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let findings = findings(&Workbook::open(root).unwrap());
        for finding in &findings {
            assert!(!finding.says.is_empty(), "{finding:?}");
            let mends = finding.grade != Grade::Missing || !finding.mend.is_empty();
            assert!(mends, "{finding:?}");
        }
        let grade = |name: &str| findings.iter().find(|f| f.name == name).map(|f| f.grade);
        assert_eq!(grade("rustc"), Some(Grade::Good), "{findings:#?}");
        assert_eq!(grade("cargo"), Some(Grade::Good), "{findings:#?}");
    }

    #[test]
    fn a_line_says_what_to_type() {
        let line =
            shown(&Finding::missing("rustfmt", "It is not here.", "rustup component add rustfmt"));
        assert_eq!(
            line,
            "✗ rustfmt            It is not here.\n                     rustup component add rustfmt\n"
        );
        let line = shown(&Finding::good("git", "git 2"));
        assert_eq!(line, "✓ git                git 2\n");
    }
}
