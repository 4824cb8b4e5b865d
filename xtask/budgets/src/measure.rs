//! What is measured, and how.

use std::io;
use std::process::Output;
use std::time::Duration;

use bench_lab::spread;

use crate::options::Options;
use crate::workbook::Copy;

/// How often what is short is measured. Odd: the median is one of them.
const ROUNDS: usize = 5;

/// A kata without a server, and one with.
const PURE: &str = "k02";
const SERVED: &str = "k03";

/// One of the workbook's budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A clone's first verdict, with an empty target folder and all crates downloaded.
    FirstVerdict,
    /// An edit's verdict, to that of `cargo test` on the same edit.
    EditRatio,
    /// A verdict when nothing has changed.
    Unchanged,
    /// The same of a kata that needs PostgreSQL.
    UnchangedServed,
    /// The slowest solved kata's whole suite, built before.
    Suite,
    /// A submission that differs in one file from the one before.
    Submission,
    /// The proof of everything.
    Verify,
}

/// What a budget is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit {
    Seconds,
    Times,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub measure: Measure,
    /// None where it could not be measured: why, as the program says it.
    pub value: Result<f64, String>,
    /// Of what, where that is to be known: a kata.
    pub of: Option<String>,
}

impl Measure {
    pub const ALL: [Self; 7] = [
        Self::FirstVerdict,
        Self::EditRatio,
        Self::Unchanged,
        Self::UnchangedServed,
        Self::Suite,
        Self::Submission,
        Self::Verify,
    ];

    /// The name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::FirstVerdict => "first_verdict",
            Self::EditRatio => "edit_ratio",
            Self::Unchanged => "unchanged",
            Self::UnchangedServed => "unchanged_postgres",
            Self::Suite => "whole_suite",
            Self::Submission => "submission",
            Self::Verify => "verify",
        }
    }

    /// At most so much. The design says where each comes from.
    pub fn budget(self) -> (f64, Unit) {
        match self {
            Self::FirstVerdict => (31.0, Unit::Seconds),
            Self::EditRatio => (1.3, Unit::Times),
            Self::Unchanged => (0.6, Unit::Seconds),
            Self::UnchangedServed => (1.5, Unit::Seconds),
            Self::Suite => (4.0, Unit::Seconds),
            Self::Submission => (1.0, Unit::Seconds),
            Self::Verify => (900.0, Unit::Seconds),
        }
    }

    /// Whether it is measured with these options.
    pub fn asked(self, options: &Options) -> bool {
        match self {
            Self::FirstVerdict => !options.quick,
            Self::Verify => options.all,
            _ => true,
        }
    }

    /// Measures it.
    pub fn take(self, copy: &mut Copy) -> Found {
        let (value, of) = match self.measured(copy) {
            Ok((value, of)) => (Ok(value), of),
            Err(error) => (Err(error.to_string()), None),
        };
        Found { measure: self, value, of }
    }

    fn measured(self, copy: &mut Copy) -> io::Result<(f64, Option<String>)> {
        let only = |value: io::Result<f64>| value.map(|value| (value, None));
        let of = |value: io::Result<f64>, kata: &str| value.map(|v| (v, Some(kata.to_owned())));
        match self {
            Self::FirstVerdict => only(first_verdict(copy)),
            Self::EditRatio => of(edit_ratio(copy), PURE),
            Self::Unchanged => of(unchanged(copy, PURE), PURE),
            Self::UnchangedServed => of(unchanged(copy, SERVED), SERVED),
            Self::Suite => slowest_suite(copy),
            Self::Submission => of(submission(copy), PURE),
            Self::Verify => only(checked(copy, &["xtask", "verify"]).map(seconds)),
        }
    }
}

/// Builds the runner, the kata and its suite: everything that a clone waits for.
fn first_verdict(copy: &Copy) -> io::Result<f64> {
    copy.forget()?;
    let (time, output) = copy.cargo(&["xtask", "check", "k00", "--json"])?;
    if tests_ran(&output.stdout) { Ok(seconds(time)) } else { Err(complaint("check k00", &output)) }
}

/// In turns, each on an edit of its own; the ratio is one of the same turn.
fn edit_ratio(copy: &mut Copy) -> io::Result<f64> {
    copy.solve(PURE)?;
    let check = ["xtask", "check", PURE, "--step", "1"];
    let test = ["test", "--quiet", "-p", PURE, "--test", "suite", "s1_"];
    checked(copy, &check)?;
    checked(copy, &test)?;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        copy.edit(PURE)?;
        let ours = checked(copy, &check)?;
        copy.edit(PURE)?;
        let cargos = checked(copy, &test)?;
        ratios.push(ours.div_duration_f64(cargos));
    }
    median(ratios)
}

fn unchanged(copy: &Copy, kata: &str) -> io::Result<f64> {
    copy.solve(kata)?;
    let check = ["xtask", "check", kata, "--step", "2"];
    checked(copy, &check)?;
    let times = (0..ROUNDS).map(|_| checked(copy, &check).map(seconds));
    median(times.collect::<io::Result<_>>()?)
}

/// Of those that this machine can run.
fn slowest_suite(copy: &Copy) -> io::Result<(f64, Option<String>)> {
    let mut slowest = (0.0, None);
    for kata in copy.katas()? {
        copy.solve(&kata)?;
        let check = ["xtask", "check", &kata, "--all"];
        match checked(copy, &check) {
            // Without PostgreSQL there is no verdict, and that is another matter.
            Err(_) if copy.needs_server(&kata) => continue,
            first => first?,
        };
        let times = (0..3).map(|_| checked(copy, &check).map(seconds));
        let time = median(times.collect::<io::Result<_>>()?)?;
        if time > slowest.0 {
            slowest = (time, Some(kata));
        }
    }
    Ok(slowest)
}

/// Staged, built on what is built already, and run, whole.
fn submission(copy: &mut Copy) -> io::Result<f64> {
    copy.solve(PURE)?;
    let src = copy.source(PURE)?;
    let check = ["xtask", "check", PURE, "--all", "--submission", &src];
    checked(copy, &check)?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        copy.edit(PURE)?;
        times.push(seconds(checked(copy, &check)?));
    }
    median(times)
}

/// How long it took, where it passed.
fn checked(copy: &Copy, args: &[&str]) -> io::Result<Duration> {
    let (time, output) = copy.cargo(args)?;
    if output.status.success() {
        return Ok(time);
    }
    Err(complaint(&args.join(" "), &output))
}

/// A stub fails: that is its verdict. One that did not build has none.
fn tests_ran(document: &[u8]) -> bool {
    let Ok(document) = jzon::parse(&String::from_utf8_lossy(document)) else { return false };
    let kata = &document["katas"][0];
    kata["build"].is_null() && !kata["steps"][0]["tests"].is_empty()
}

/// What cargo, or the runner, says is wrong; else the last that either said.
fn complaint(what: &str, output: &Output) -> io::Error {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let wrong = said.lines().find(|line| line.trim_start().starts_with("error"));
    let last = || said.lines().rev().find(|line| !line.trim().is_empty());
    let line = wrong.or_else(last).unwrap_or_default().trim();
    io::Error::other(format!("cargo {what}: {line}"))
}

fn median(values: Vec<f64>) -> io::Result<f64> {
    spread(values).map(|spread| spread.median).ok_or_else(|| io::Error::other("nothing measured"))
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_one_on_tests() {
        let ran = br#"{"katas":[{"build":null,"steps":[{"tests":[{"status":"fail"}]}]}]}"#;
        assert!(tests_ran(ran));
        let broken = br#"{"katas":[{"build":"error[E0432]","steps":[{"tests":[]}]}]}"#;
        for none in [&broken[..], br#"{"katas":[]}"#, b"error: no matching package", b""] {
            assert!(!tests_ran(none));
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_is_wrong_is_told_before_what_comes_last() {
        use std::os::unix::process::ExitStatusExt as _;
        use std::process::ExitStatus;

        let told = |out: &str, err: &str| {
            let status = ExitStatus::from_raw(256);
            complaint("x", &Output { status, stdout: out.into(), stderr: err.into() }).to_string()
        };
        assert_eq!(
            told("see the chapter\n", "a\nerror: no crate\n b\n"),
            "cargo x: error: no crate"
        );
        assert_eq!(told("3 failed\n\n", ""), "cargo x: 3 failed");
    }
}
