use std::fmt::Write as _;

use crate::progress::{Progress, State};
use crate::t;
use crate::terminal::{bold, dim, fold, good, hint, sign};
use crate::workbook::{Kata, Month, Step, Workbook, months};

/// Months, katas, steps done, where the learner is and what to type next.
pub fn board(workbook: &Workbook, progress: &Progress) -> String {
    let mut out = String::new();
    let passed = |k: &Kata| k.core().filter(|s| progress.state(k, s) == State::Passed).count();
    let done: usize = workbook.path().map(passed).sum();
    let all: usize = workbook.path().map(|k| k.core().count()).sum();
    let next = progress.next_kata(workbook);
    if done == 0 {
        let _ = writeln!(out, "{} {}", bold("Trece."), t!("board.fresh"));
    } else {
        let _ = writeln!(out, "{} {}", bold("Trece."), t!("board.count", done = done, all = all));
    }
    let mut month = None;
    for kata in workbook.path() {
        if month.replace(kata.month) != Some(kata.month) {
            let _ = writeln!(out, "\n{}", t!("board.month", month = kata.month));
        }
        let here = next.is_some_and(|n| n.id == kata.id);
        let _ = writeln!(out, "{}", kata_line(progress, kata, here));
    }
    owed(&mut out, workbook, progress);
    milestones(&mut out, workbook, progress);
    out.push('\n');
    out.push_str(&where_to_begin(workbook, progress));
    out
}

/// `▶ k02 Balance race ●○○○ +3`.
pub fn kata_line(progress: &Progress, kata: &Kata, here: bool) -> String {
    let marks: String = kata.core().map(|s| mark(progress.state(kata, s))).collect();
    let states = if crate::terminal::look().plain {
        let done = kata.core().filter(|s| progress.state(kata, s) == State::Passed).count();
        t!("board.steps", done = done, all = kata.core().count())
    } else {
        marks
    };
    let deep: Vec<&Step> = kata.steps.iter().filter(|s| !s.core).collect();
    let deep_done = deep.iter().filter(|s| progress.state(kata, s) == State::Passed).count();
    let mut more = match (deep.len(), deep_done) {
        (0, _) => String::new(),
        (n, 0) => format!("+{n}"),
        (n, done) => t!("board.deep", done = done, all = n),
    };
    if !more.is_empty() {
        more = format!(" {}", dim(&more));
    }
    let arrow = if here { sign("▶", ">") } else { " " };
    format!("{arrow} {} {:<28} {states}{more}", bold(&kata.id), kata.title())
}

/// One step of the list: number, title, minutes, state.
pub fn step_line(progress: &Progress, kata: &Kata, step: &Step) -> String {
    let state = progress.state(kata, step);
    let word = state_word(state);
    let minutes = t!("board.minutes", n = step.minutes);
    let depth = if step.core { String::new() } else { format!(", {}", t!("state.deep")) };
    let mark = if crate::terminal::look().plain { String::new() } else { mark(state) };
    format!("{mark} {}. {} ({word}{depth}) {}", step.number, step.title(), dim(&minutes))
        .trim_start()
        .to_owned()
}

pub fn state_word(state: State) -> String {
    match state {
        State::Passed => t!("state.passed"),
        State::Recheck => t!("state.recheck"),
        State::Skipped => t!("state.skipped"),
        State::Read => t!("state.read"),
        State::Open => t!("state.open"),
    }
}

fn mark(state: State) -> String {
    match state {
        State::Passed => good("●"),
        State::Recheck => hint("◐"),
        State::Skipped => hint("↷"),
        State::Read => hint("◇"),
        State::Open => dim("○"),
    }
}

/// Steps that were skipped, read a week ago, or passed a suite that has changed.
fn owed(out: &mut String, workbook: &Workbook, progress: &Progress) {
    let mut lines = Vec::new();
    for kata in workbook.path() {
        for step in &kata.steps {
            let name =
                format!("{} {}", kata.id, t!("board.step", n = step.number, title = step.title()));
            match progress.state(kata, step) {
                State::Skipped => lines.push(t!("board.owed", step = name)),
                State::Recheck => lines.push(t!("board.recheck", step = name)),
                State::Read if progress.offer_again(kata, step) => {
                    lines.push(t!("board.again", step = name));
                }
                _ => {}
            }
        }
    }
    if !lines.is_empty() {
        out.push('\n');
    }
    for line in lines {
        out.push_str(&fold(&line, 2));
    }
}

/// Months of which every core step holds, and whose milestone nobody has begun.
fn milestones(out: &mut String, workbook: &Workbook, progress: &Progress) {
    for month in months(workbook) {
        let holds = |kata: &Kata| kata.core().all(|s| progress.state(kata, s) == State::Passed);
        let done = workbook.path().filter(|kata| kata.month == month).all(holds);
        if done && !Month::answers(workbook, month).exists() {
            out.push('\n');
            out.push_str(&fold(&t!("board.milestone", n = month), 2));
        }
    }
}

/// That a kata goes further, where what comes next is another one.
pub fn deeper(workbook: &Workbook, progress: &Progress, kata: &Kata) -> String {
    let is_next = progress.next_kata(workbook).is_none_or(|next| next.id == kata.id);
    match progress.next_step(kata) {
        Some(step) if !step.core && !is_next => {
            let command = format!("cargo xtask check {}", kata.id);
            format!("  {} {}\n", hint(&format!("{command:<24}")), t!("board.deeper"))
        }
        _ => String::new(),
    }
}

/// What to type next.
pub fn where_to_begin(workbook: &Workbook, progress: &Progress) -> String {
    let Some(kata) = progress.next_kata(workbook).or_else(|| progress.next_deep(workbook)) else {
        return format!("{}\n", t!("board.all_done"));
    };
    let Some(step) = progress.next_step(kata) else { return String::new() };
    let mut out = String::new();
    let title = format!(
        "{} {}, {}",
        kata.id,
        kata.title(),
        t!("board.step", n = step.number, title = step.title())
    );
    if !step.core {
        let _ = writeln!(out, "{}", t!("board.core_done"));
    }
    let key = if progress.started() { t!("board.continue") } else { t!("board.begin") };
    let _ =
        writeln!(out, "{key}  {} {}", bold(&title), dim(&t!("board.minutes", n = step.minutes)));
    for (what, command) in [
        (t!("board.check"), "cargo xtask check".to_owned()),
        (t!("board.read"), format!("cargo xtask book {}", kata.id)),
        (t!("board.help"), "cargo xtask --help".to_owned()),
    ] {
        let _ = writeln!(out, "  {} {what}", hint(&format!("{command:<24}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::board;
    use crate::files;
    use crate::progress::{Progress, State};
    use crate::workbook::{Month, Workbook};

    #[test]
    fn a_month_that_holds_has_a_milestone_until_it_is_begun() {
        let dir = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let kata = std::fs::read(source.join("katas/k02-balance-race/kata.toml")).unwrap();
        files::put(&dir.path().join("katas/k02-x/kata.toml"), &kata).unwrap();
        files::put(&dir.path().join("katas/month-1.toml"), b"").unwrap();
        let workbook = Workbook::open(dir.path()).unwrap();
        let mut progress = Progress::load(&workbook).unwrap();
        let offers = |progress: &Progress| board(&workbook, progress).contains("xtask month 1");
        let kata = &workbook.katas[0];
        for step in kata.core() {
            assert!(!offers(&progress));
            progress.set(kata, step, State::Passed);
        }
        assert!(offers(&progress));
        files::put(&Month::answers(&workbook, 1), b"").unwrap();
        assert!(!offers(&progress));
    }
}
