//! The command line of `cargo xtask grade`.

use std::path::PathBuf;
use std::process::ExitCode;

use bpaf::{Args, OptionParser, Parser, construct, long, positional};
use xtask::common::{Common, common};
use xtask::words;
use xtask::workbook::Outcome;
use xtask::{help, t};

use crate::{collect, command, report};

/// `grade run`.
#[derive(Debug, Clone)]
pub struct Run {
    pub submissions: PathBuf,
    pub katas: Option<String>,
    pub shard: Option<String>,
    pub jobs: Option<usize>,
    pub sandbox: String,
    pub require_trust: Option<String>,
    pub seed: Option<String>,
    pub confirm_failures: usize,
    pub only_changed: bool,
    pub strict: bool,
    pub out: PathBuf,
}

/// `grade merge`.
#[derive(Debug, Clone)]
pub struct Merge {
    pub roster: Option<PathBuf>,
    pub out: PathBuf,
    pub parts: Vec<PathBuf>,
}

/// `grade regrade`.
#[derive(Debug, Clone)]
pub struct Regrade {
    pub reason: String,
    /// Where they are now, if they are no longer where they were.
    pub submissions: Option<PathBuf>,
    pub jobs: Option<usize>,
    pub sandbox: String,
    pub dir: PathBuf,
}

/// `grade doctor`.
#[derive(Debug, Clone)]
pub struct Doctor {
    pub lay_out: Option<PathBuf>,
    pub sandbox: String,
    pub only: Option<String>,
    pub jobs: Option<usize>,
}

/// `grade report`.
#[derive(Debug, Clone)]
pub struct Report {
    /// Their names, separated by commas.
    pub formats: String,
    /// As Canvas exported it.
    pub gradebook: Option<PathBuf>,
    pub dir: PathBuf,
}

/// `grade collect`.
#[derive(Debug, Clone)]
pub struct Collect {
    pub roster: PathBuf,
    /// RFC 3339, in UTC.
    pub deadline: String,
    pub to: PathBuf,
}

#[derive(Debug, Clone)]
pub enum Command {
    Run(Run),
    Merge(Merge),
    Report(Report),
    Collect(Collect),
    Regrade(Regrade),
    Doctor(Doctor),
}

impl Command {
    /// The exit code.
    pub fn run(self) -> Outcome<u8> {
        match self {
            Self::Run(options) => command::run::run(&options),
            Self::Merge(options) => command::merge::run(&options),
            Self::Report(options) => report::run(&options),
            Self::Collect(options) => collect::run(&options),
            Self::Regrade(options) => command::regrade::run(&options),
            Self::Doctor(options) => command::doctor::run(&options),
        }
    }
}

/// Reads the arguments of this process; prints help or an error and ends the process for them.
pub fn read() -> Result<(Common, Command), ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    let language = words::choose_asked(&arguments);
    let read = parser().run_inner(Args::current_args().set_name("cargo xtask grade"));
    let (common, command) = read.map_err(|stop| help::stopped(stop, &t!("grade.see_help")))?;
    if let (None, Some(lang)) = (language, &common.lang) {
        eprintln!("{}", t!("trouble.no_such_language", lang = lang));
        return Err(ExitCode::from(2));
    }
    Ok((common, command))
}

fn jobs() -> impl Parser<Option<usize>> {
    long("jobs").short('j').help(&*t!("grade.help_jobs")).argument("N").optional()
}

fn sandbox() -> impl Parser<String> {
    long("sandbox").help(&*t!("grade.help_sandbox")).argument("KIND").fallback("auto".to_owned())
}

fn out() -> impl Parser<PathBuf> {
    long("out").short('o').help(&*t!("grade.help_out")).argument("DIR")
}

/// One command: its own options, then those of all commands, so that they may stand anywhere.
macro_rules! command {
    ($name:literal, $own:expr, $about:expr, $examples:expr) => {{
        let own = $own;
        let common = common();
        construct!(common, own)
            .map(|(common, command): (Common, Command)| (common, command))
            .to_options()
            .descr(&*$about)
            .footer(&*format!("{} {}", t!("help.examples"), $examples))
            .command($name)
            .help(&*$about)
    }};
}

fn parser() -> OptionParser<(Common, Command)> {
    let run = command!(
        "run",
        run().map(Command::Run),
        t!("grade.help_run"),
        "cargo xtask grade run --submissions class --out marks, --katas k02,k03 --shard 1/3"
    );
    let merge = {
        let roster = long("roster").help(&*t!("grade.help_roster")).argument("CSV").optional();
        let out = out();
        let parts = positional("DIR").help(&*t!("grade.help_parts")).many();
        construct!(Merge { roster, out, parts }).map(Command::Merge)
    };
    let merge = command!(
        "merge",
        merge,
        t!("grade.help_merge"),
        "cargo xtask grade merge shard1 shard2 shard3 --roster class.csv --out marks"
    );
    let report = {
        let formats = long("format").help(&*t!("report.help_format")).argument("F,F");
        let gradebook =
            long("gradebook").help(&*t!("report.help_gradebook")).argument("CSV").optional();
        let dir = positional("DIR").help(&*t!("grade.help_graded"));
        construct!(Report { formats, gradebook, dir }).map(Command::Report)
    };
    let report = command!(
        "report",
        report,
        t!("report.help"),
        "cargo xtask grade report marks --format md,csv,junit"
    );
    let collect = {
        let roster = long("roster").help(&*t!("collect.help_roster")).argument("CSV");
        let deadline = long("deadline").help(&*t!("collect.help_deadline")).argument("INSTANT");
        let to = long("to").help(&*t!("collect.help_to")).argument("DIR");
        construct!(Collect { roster, deadline, to }).map(Command::Collect)
    };
    let collect = command!(
        "collect",
        collect,
        t!("collect.help"),
        "cargo xtask grade collect --roster class.csv --deadline 2026-06-01T22:00:00Z --to class"
    );
    let regrade = {
        let reason = long("reason").help(&*t!("grade.help_reason")).argument("TEXT");
        let moved = t!("grade.help_moved");
        let submissions = long("submissions").help(&*moved).argument("DIR|CSV").optional();
        let (jobs, sandbox) = (jobs(), sandbox());
        let dir = positional("DIR").help(&*t!("grade.help_graded"));
        construct!(Regrade { reason, submissions, jobs, sandbox, dir }).map(Command::Regrade)
    };
    let regrade = command!(
        "regrade",
        regrade,
        t!("grade.help_regrade"),
        "cargo xtask grade regrade marks --reason 'k03: a test was wrong'"
    );
    let doctor = {
        let (sandbox, jobs) = (sandbox(), jobs());
        let lay_out = long("lay-out").help(&*t!("grade.help_lay_out")).argument("DIR").optional();
        let only = long("only").help(&*t!("grade.help_only")).argument("ROW").optional();
        construct!(Doctor { lay_out, sandbox, only, jobs }).map(Command::Doctor)
    };
    let doctor = command!(
        "doctor",
        doctor,
        t!("grade.help_doctor"),
        "cargo xtask grade doctor, doctor --sandbox landlock --only 22"
    );
    construct!([collect, run, merge, report, regrade, doctor])
        .to_options()
        .descr(&*t!("grade.help_about"))
        .footer(&*t!("grade.help_exits"))
}

fn run() -> impl Parser<Run> {
    let submissions = long("submissions").help(&*t!("grade.help_submissions")).argument("DIR|CSV");
    let katas = long("katas").help(&*t!("grade.help_katas")).argument("K,K").optional();
    let shard = long("shard").help(&*t!("help.shard")).argument("I/N").optional();
    let (jobs, sandbox, out) = (jobs(), sandbox(), out());
    let require_trust =
        long("require-trust").help(&*t!("grade.help_trust")).argument("LEVEL").optional();
    let seed = long("seed").help(&*t!("grade.help_seed")).argument("HEX").optional();
    let confirm_failures =
        long("confirm-failures").help(&*t!("grade.help_confirm")).argument("N").fallback(0);
    let only_changed = long("only-changed").help(&*t!("grade.help_changed")).switch();
    let strict = long("strict").help(&*t!("grade.help_strict")).switch();
    construct!(Run {
        submissions,
        katas,
        shard,
        jobs,
        sandbox,
        require_trust,
        seed,
        confirm_failures,
        only_changed,
        strict,
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{Command, parser};

    #[test]
    fn every_command_has_help_with_an_example() {
        parser().check_invariants(false);
        for name in ["collect", "run", "merge", "report", "regrade", "doctor"] {
            let help = parser().run_inner(&[name, "--help"][..]).unwrap_err().unwrap_stdout();
            assert!(help.contains("cargo xtask grade"), "{name} has no example");
        }
    }

    #[test]
    fn what_a_ci_job_types_is_read() {
        let typed = ["run", "--submissions", "c", "--out", "o", "--shard", "2/3", "--plain"];
        let (common, command) = parser().run_inner(&typed[..]).unwrap();
        assert!(common.plain);
        let Command::Run(run) = command else { panic!("another command") };
        assert_eq!((run.sandbox.as_str(), run.shard.as_deref()), ("auto", Some("2/3")));
    }
}
