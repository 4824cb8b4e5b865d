use std::process::ExitCode;
use std::time::SystemTime;

use protocol::Status;

use crate::cli::{Check, Format};
use crate::command::target;
use crate::engine::{
    self, Limits, Overlay, Prepared, Slot, StepVerdict, Suite, TestResult, Verdict,
};
use crate::progress::{Progress, State};
use crate::show::{self, Spinner};
use crate::t;
use crate::terminal::{bold, dim, fold, good, look, sign};
use crate::workbook::{self, Kata, Outcome, Step, TestEntry, Trouble, Workbook};

/// Grades the learner's tree, or any other, and shows what holds and what breaks.
pub fn run(workbook: &Workbook, options: &Check) -> Outcome<ExitCode> {
    let mut progress = Progress::load(workbook)?;
    if let Some(notice) = &progress.notice {
        eprintln!("{notice}");
    }
    let kata = target::kata(workbook, &progress, options.kata.as_deref())?;
    if options.real {
        return real(workbook, kata, &progress, options);
    }
    let own = options.submission.is_none();
    let tests = workbook::read(kata)?;
    let focus = focus(kata, &progress, options)?;

    if own && options.format == Format::Text {
        if progress.untouched() {
            println!("{}", show::board(workbook, &progress));
        }
        if let Some(step) = focus {
            super::predict::ask(&mut progress, kata, step)?;
        }
    }
    if own {
        progress.current = Some(kata.id.clone());
    }
    let session = Session { workbook, kata, tests: &tests, options };
    let code = match focus {
        Some(step) => session.one_step(&mut progress, step)?,
        None => session.every_step(&mut progress)?,
    };
    if own {
        let step = focus.or_else(|| progress.next_step(kata)).unwrap_or(&kata.steps[0]);
        progress.worked(kata, step, SystemTime::now());
        progress.save()?;
    }
    Ok(code)
}

/// The same behaviour on what the suite's doubles stand for. It marks nothing: what decides is the
/// kata's own suite, which enumerates.
fn real(
    workbook: &Workbook,
    kata: &Kata,
    progress: &Progress,
    options: &Check,
) -> Outcome<ExitCode> {
    let step = kata.real.as_deref().and_then(|real| kata.steps.iter().find(|s| s.module == real));
    let Some(step) = step else {
        return Err(Trouble::usage(t!("check.no_real", kata = kata.id)));
    };
    let tests = workbook::read_real(kata)?;
    let session = Session { workbook, kata, tests: &tests, options };
    let (slot, prepared) = session.prepare(Suite::Real)?;
    let mut verdict = session.grade(prepared, &tests)?;
    drop(slot);
    for test in &mut verdict.tests {
        let entry = &mut test.entry;
        entry.name = entry.id();
        entry.step.clone_from(&step.module);
    }
    session.show(progress, verdict, Some(step))
}

/// The step to grade; none for all of them.
fn focus<'k>(kata: &'k Kata, progress: &Progress, options: &Check) -> Outcome<Option<&'k Step>> {
    if options.all {
        return Ok(None);
    }
    if let Some(number) = options.step {
        return target::numbered(kata, number).map(Some);
    }
    // Another tree has no progress of its own: all of it is graded.
    if options.submission.is_some() { Ok(None) } else { Ok(progress.next_step(kata)) }
}

struct Session<'a> {
    workbook: &'a Workbook,
    kata: &'a Kata,
    tests: &'a [TestEntry],
    options: &'a Check,
}

impl Session<'_> {
    /// One step; when it holds, the steps before it that held are run again before it is marked.
    fn one_step(&self, progress: &mut Progress, step: &Step) -> Outcome<ExitCode> {
        let own = self.options.submission.is_none();
        let earlier: Vec<&Step> = self.kata.steps[..step.number - 1]
            .iter()
            .filter(|s| matches!(progress.state(self.kata, s), State::Passed | State::Recheck))
            .collect();
        let of = |modules: &[&Step]| -> Vec<TestEntry> {
            let wanted = |t: &&TestEntry| modules.iter().any(|s| s.module == t.step);
            self.tests.iter().filter(wanted).cloned().collect()
        };
        let (slot, prepared) = self.prepare(Suite::Own)?;
        let ready = match &prepared {
            Prepared::Ready(binary) => Some(binary.clone()),
            _ => None,
        };
        let mut verdict = self.grade(prepared, &of(&[step]))?;
        if let (true, true, Some(binary)) =
            (own && self.options.step.is_none(), verdict.passed(), ready)
        {
            let before = self.grade(Prepared::Ready(binary), &of(&earlier))?;
            verdict.tests.splice(0..0, before.tests);
        }
        drop(slot);
        if own {
            progress.begin(self.kata, step);
            if verdict.passed() {
                progress.set(self.kata, step, State::Passed);
            }
        }
        self.show(progress, verdict, Some(step))
    }

    fn every_step(&self, progress: &mut Progress) -> Outcome<ExitCode> {
        let (slot, prepared) = self.prepare(Suite::Own)?;
        let verdict = self.grade(prepared, self.tests)?;
        drop(slot);
        if self.options.submission.is_none() {
            for step in verdict.steps(self.kata) {
                progress.begin(self.kata, step.step);
                if step.status() == Status::Pass {
                    progress.set(self.kata, step.step, State::Passed);
                }
            }
        }
        self.show(progress, verdict, None)
    }

    fn prepare(&self, suite: Suite) -> Outcome<(Option<Slot>, Prepared)> {
        let mut spinner = Spinner::new(self.options.format != Format::Text);
        let mut tell = |p| spinner.tell(&p);
        match &self.options.submission {
            None => {
                Ok((None, engine::prepare_in_place(self.workbook, self.kata, suite, &mut tell)?))
            }
            Some(dir) => {
                if !dir.is_dir() {
                    return Err(Trouble::usage(t!("trouble.no_submission", dir = dir.display())));
                }
                let slot = Slot::lock(self.workbook)?;
                let overlay = Overlay::of(dir)?;
                let name = format!("{}-submission", self.kata.id);
                let prepared = engine::prepare_staged(
                    self.workbook,
                    &slot,
                    self.kata,
                    suite,
                    &overlay,
                    &name,
                    &mut tell,
                )?;
                Ok((Some(slot), prepared))
            }
        }
    }

    fn grade(&self, prepared: Prepared, tests: &[TestEntry]) -> Outcome<Verdict> {
        let mut spinner = Spinner::new(self.options.format != Format::Text);
        let limits = Limits::default();
        prepared.verdict(self.workbook, tests, &limits, &mut |p| spinner.tell(&p))
    }

    fn show(
        &self,
        progress: &Progress,
        verdict: Verdict,
        focus: Option<&Step>,
    ) -> Outcome<ExitCode> {
        keep_timelines(self.workbook, self.kata, &verdict)?;
        let code = ExitCode::from(u8::from(!verdict.passed()));
        match self.options.format {
            Format::Text => {}
            Format::Json => {
                println!("{}", show::check_json(self.workbook, &[(self.kata, verdict)]).pretty(2));
                return Ok(code);
            }
            Format::Junit => {
                print!("{}", show::check_junit(self.kata, &verdict));
                return Ok(code);
            }
        }
        if !verdict.refused.is_empty() {
            print!("{}", show::refused(self.kata, &verdict.refused));
            return Ok(code);
        }
        if let Some(failure) = &verdict.build {
            let step = focus.unwrap_or(&self.kata.steps[0]);
            print!("{}", show::build_failure(self.kata, step, failure));
            return Ok(code);
        }
        let steps = verdict.steps(self.kata);
        for step in steps.iter().filter(|s| focus.is_none_or(|f| f.number == s.step.number)) {
            println!("{}", headline(self.kata, step));
        }
        let broken = steps.iter().find_map(|s| Some((s, s.tests.iter().find(|t| !t.passed())?)));
        if let Some((step, test)) = broken {
            if focus.is_some_and(|f| f.number != step.step.number) {
                print!("{}", fold(&t!("check.broke_earlier", n = step.step.number), 0));
            }
            println!();
            let beliefs = beliefs(self.workbook, self.kata, step);
            print!("{}", show::failure(self.kata, step.step, test, &beliefs, 8));
        } else if self.options.submission.is_none() {
            println!();
            print!("{}", show::where_to_begin(self.workbook, progress));
            print!("{}", show::deeper(self.workbook, progress, self.kata));
        }
        Ok(code)
    }
}

/// `k03 Bank transfer, step 3 of 6: Two at once    1 of 2 tests hold`.
fn headline(kata: &Kata, step: &StepVerdict<'_>) -> String {
    let held = step.tests.iter().filter(|t| t.passed()).count();
    let all = step.tests.len();
    let place =
        t!("check.step", n = step.step.number, of = kata.steps.len(), title = step.step.title());
    let sign = if held == all { good(sign("✓", &t!("word.holds"))) } else { " ".into() };
    let count = t!("check.hold", held = held, all = all);
    let title = format!("{} {}", kata.id, kata.title());
    let used = [&title, &place, &count].iter().map(|s| s.chars().count()).sum::<usize>() + 6;
    let gap = if used > look().width { "\n    " } else { "  " };
    format!("{sign} {}, {place}{gap}{}", bold(&title), dim(&count))
}

/// So many beliefs say something; more of them that fail alike do not.
const TELLING: usize = 2;

/// The misconceptions whose failures are exactly these, when they are few.
fn beliefs(workbook: &Workbook, kata: &Kata, step: &StepVerdict<'_>) -> Vec<String> {
    let failed: Vec<&&TestResult> = step.tests.iter().filter(|t| !t.passed()).collect();
    let unwritten =
        |t: &TestResult| t.message().is_some_and(|m| m.starts_with("not yet implemented"));
    if failed.iter().any(|t| unwritten(t)) {
        return Vec::new();
    }
    // A verdict does not depend on what the workbook knows of wrong answers.
    let traps = workbook::beliefs(workbook, kata).unwrap_or_default();
    let matching = traps.iter().filter(|trap| {
        trap.step == step.step.module
            && trap.fails.len() == failed.len()
            && trap.fails.iter().all(|e| failed.iter().any(|t| e.matches(t)))
    });
    let found: Vec<String> = matching.map(|t| t.misconception().to_owned()).collect();
    if found.len() > TELLING { Vec::new() } else { found }
}

/// Every timeline as JSON, for other programs; those of the last run stay.
fn keep_timelines(workbook: &Workbook, kata: &Kata, verdict: &Verdict) -> Outcome<()> {
    for test in &verdict.tests {
        let path = show::timeline_path(workbook, kata, test);
        match test.outcome.as_ref().and_then(|o| o.timeline.as_ref()) {
            Some(timeline) => {
                crate::files::write_atomic(&path, timeline.to_json().as_bytes())
                    .map_err(|e| Trouble::file(&path, &e))?;
            }
            None => {
                let _ = std::fs::remove_file(&path);
            }
        }
    }
    Ok(())
}
