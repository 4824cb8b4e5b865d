use std::process::ExitCode;

use protocol::Status;

use crate::engine::{self, Limits, Prepared, Suite};
use crate::progress::Progress;
use crate::show::{self, Spinner};
use crate::t;
use crate::terminal::{bold, fold, good, sign};
use crate::workbook::{self, Outcome, TestEntry, Trouble, Workbook};

/// Runs exactly what a failure named: a test, `k02:s2_lock::loom_never_negative`, or one schedule
/// of it, `k03:conserved_in_every_interleaving@A.B4.A3`.
pub fn run(workbook: &Workbook, code: &str) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let (kata, id) = match code.split_once(':') {
        Some((name, id)) if !id.starts_with(':') => (workbook.kata(name)?, id),
        _ => (super::target::kata(workbook, &progress, None)?, code),
    };
    let (id, schedule) = match id.split_once('@') {
        Some((id, schedule)) => (id, Some(schedule.to_owned())),
        None => (id, None),
    };
    let tests = workbook::read(kata)?;
    let matching: Vec<TestEntry> =
        tests.into_iter().filter(|t| t.id() == id || t.name == id).collect();
    let [test] = &matching[..] else {
        return Err(Trouble::usage(t!("replay.unknown", kata = kata.id, code = id)));
    };
    let Some(step) = kata.steps.iter().find(|s| s.module == test.step) else {
        return Err(Trouble::usage(t!("replay.unknown", kata = kata.id, code = id)));
    };
    let mut spinner = Spinner::new(false);
    let prepared = engine::prepare_in_place(workbook, kata, Suite::Own, &mut |p| spinner.tell(&p))?;
    if let Prepared::Refused(findings) = &prepared {
        print!("{}", show::refused(kata, findings));
        return Ok(ExitCode::FAILURE);
    }
    if let Prepared::Broken(failure) = &prepared {
        print!("{}", show::build_failure(kata, step, failure));
        return Ok(ExitCode::FAILURE);
    }
    let one = schedule.is_some();
    let limits = Limits { replay: schedule, ..Limits::default() };
    let verdict = prepared.verdict(workbook, &matching, &limits, &mut |p| spinner.tell(&p))?;
    drop(spinner);
    let result = &verdict.tests[0];
    if result.passed() {
        println!("{} {}", good(sign("✓", &t!("word.holds"))), bold(&result.entry.name));
        if one {
            print!("{}", fold(&t!("replay.whole"), 2));
        }
        return Ok(ExitCode::SUCCESS);
    }
    // One schedule is no verdict on the test: there is no receipt, only what the suite tells.
    if one && result.outcome.as_ref().is_some_and(|o| o.status == Status::Pass) {
        print!("{}", show::schedule_holds(result));
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", show::failure(kata, step, result, &[], 400));
    Ok(ExitCode::FAILURE)
}
