//! Markdown: `class.md` for the instructor, which is also what a job summary shows, and
//! `feedback/ID.md` for each student.

use std::fmt::Write as _;

use protocol::Status;
use xtask::t;

use super::{File, OUTPUT, head, shown};
use crate::result::{Grade, KataGrade, StepGrade};

/// GitHub shows summaries of at most 1 MiB.
const MOST: usize = 1000 * 1024;

pub fn files(grades: &[Grade]) -> Vec<File> {
    let mut files = vec![File::new("class.md", class(grades))];
    let feedback = |g: &Grade| File::new(format!("feedback/{}.md", g.submission.id), feedback(g));
    files.extend(grades.iter().map(feedback));
    files
}

/// One row a submission, and what a person has to look at.
fn class(grades: &[Grade]) -> String {
    let katas = Grade::katas_of(grades);
    let open = grades.iter().filter(|g| g.score.is_none()).count();
    let mut out = format!("# {}\n\n", t!("report.class"));
    let _ = writeln!(out, "{}\n", t!("report.class_count", n = grades.len(), open = open));
    let _ =
        writeln!(out, "| {} | {} | {} |", t!("report.who"), t!("report.score"), katas.join(" | "));
    let _ = writeln!(out, "|---|---:|{}", "---:|".repeat(katas.len()));
    for grade in grades {
        let scores: Vec<String> =
            katas.iter().map(|k| grade.kata(k).map_or_else(String::new, cell)).collect();
        let score = format!("{} / {}", shown(grade.score), grade.max);
        let row =
            format!("| {} | {score} | {} |\n", escaped(&grade.submission.id), scores.join(" | "));
        if out.len() + row.len() > MOST {
            let _ = writeln!(out, "\n{}", t!("report.cut"));
            return out;
        }
        out.push_str(&row);
    }
    out.push_str(&to_look_at(grades, MOST - out.len()));
    out
}

/// `2 / 4`, with a sign where a person should look.
fn cell(kata: &KataGrade) -> String {
    let sign = if kata.flags.is_empty() { "" } else { " ⚑" };
    format!("{} / {}{sign}", shown(kata.score), kata.max)
}

fn to_look_at(grades: &[Grade], most: usize) -> String {
    let mut out = String::new();
    for grade in grades {
        for kata in grade.katas.iter().filter(|k| !k.flags.is_empty() || k.is_open()) {
            if out.is_empty() {
                let _ = writeln!(out, "\n## {}\n", t!("report.flags"));
            }
            let id = escaped(&grade.submission.id);
            let flags = kata.flags.join(", ");
            let _ = writeln!(out, "- {id}, {}: `{}` {flags}", kata.id, kata.status);
        }
    }
    head(&out, most).to_owned()
}

/// What a student reads: points, what holds, and the first failure with its timeline.
pub fn feedback(grade: &Grade) -> String {
    let mut out = format!("# {}\n\n", escaped(&grade.submission.id));
    let score = shown(grade.score);
    let _ = writeln!(out, "{}\n", t!("report.points", score = score, max = grade.max));
    if let Some(previous) = &grade.previous {
        let score = shown(previous.score);
        let _ = writeln!(out, "{}\n", t!("report.before", score = score, reason = previous.reason));
    }
    for kata in &grade.katas {
        let _ = writeln!(out, "## {}: {} / {}\n", kata.id, shown(kata.score), kata.max);
        if kata.is_open() {
            let _ = writeln!(out, "{}\n", t!("report.ungraded"));
            continue;
        }
        for step in &kata.steps {
            out.push_str(&line(kata, step));
        }
        out.push('\n');
        let first = kata.tests.iter().find(|t| t.status != Status::Pass && t.is_visible());
        if let Some(message) = &kata.message {
            let _ = writeln!(out, "{}\n", fenced(message));
        } else if let Some(test) = first {
            let _ = writeln!(out, "### `{}`\n\n{}\n", test.id, escaped(&test.behaviour));
            let _ = writeln!(out, "{}\n", fenced(&test.told()));
        }
    }
    out
}

fn line(kata: &KataGrade, step: &StepGrade) -> String {
    let sign = if step.status == Status::Pass { "✓" } else { "✗" };
    let count = kata.count_of(step);
    let points = format!("{} / {}", shown(step.score), step.max);
    format!("- {sign} {} {}: {points} ({count})\n", step.number, escaped(&step.title))
}

/// A block of code that its content cannot leave.
fn fenced(text: &str) -> String {
    let shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = head(text.trim_end(), OUTPUT).chars().filter(shown).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

/// Text that is no markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '\n' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MOST, class, escaped, feedback, fenced};
    use crate::report::sample;

    #[test]
    fn the_class_has_a_row_each_and_names_what_to_look_at() {
        let text = class(&[sample::grade(), sample::open(), sample::broken()]);
        assert!(text.contains("| alice | 2 / 5 | 2 / 5 |"), "{text}");
        assert!(text.contains("| bob | – / 5 | – / 5 |"), "{text}");
        assert!(text.contains("- bob, k02: `infra_error`"), "{text}");
        assert!(text.contains("| carol | 0 / 5 | 0 / 5 ⚑ |"), "{text}");
    }

    #[test]
    fn a_class_of_any_size_fits_a_job_summary() {
        let mut many = vec![sample::open(); 40_000];
        for (n, grade) in many.iter_mut().enumerate() {
            grade.submission.id = format!("student-number-{n:06}");
        }
        assert!(class(&many).len() <= MOST + 1000);
    }

    #[test]
    fn a_student_reads_the_first_failure_with_its_timeline() {
        let text = feedback(&sample::grade());
        assert!(text.contains("- ✓ 1 See it break: 2 / 2"), "{text}");
        assert!(text.contains("- ✗ 2 One lock: 0 / 2"), "{text}");
        assert!(text.contains("lock → 100"), "{text}");
        let text = feedback(&sample::open());
        assert!(!text.contains("0 / 5"), "{text}");
    }

    #[test]
    fn what_a_student_wrote_is_no_markup() {
        let text = fenced("```\n# All points!\n````");
        assert!(text.starts_with("`````text\n") && text.ends_with("\n`````"), "{text}");
        assert!(!fenced("\u{1b}[31mred").contains('\u{1b}'));
        assert_eq!(escaped("<b>|a_b|"), "&lt;b>\\|a\\_b\\|");
    }
}
