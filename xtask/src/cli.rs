//! The command line.

use std::ffi::OsString;
use std::process::ExitCode;

use bpaf::{Args, OptionParser, Parser, construct, long, positional, pure};

use crate::common::{Common, common};
use crate::help;
use crate::t;

#[derive(Debug, Clone)]
pub struct Check {
    pub step: Option<usize>,
    pub all: bool,
    pub format: Format,
    /// On what this kata's doubles stand for: real brokers.
    pub real: bool,
    pub submission: Option<std::path::PathBuf>,
    pub kata: Option<String>,
}

/// How a verdict is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a person.
    Text,
    /// `trece-check/v1`.
    Json,
    /// For the feedback of a pipeline.
    Junit,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a command line")]
pub struct Verify {
    pub runs: usize,
    pub shard: Option<String>,
    pub json: bool,
    pub only: Option<String>,
    pub bless: bool,
    pub allow_unverified: bool,
    pub load: bool,
    pub kata: Option<String>,
}

/// `bench`.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a command line")]
pub struct Bench {
    pub quick: bool,
    pub json: bool,
    /// What each isolation level lets happen, instead of how fast it is.
    pub grid: bool,
    pub reference: bool,
    /// `self`: what takes minutes, too.
    pub all: bool,
    pub points: Option<String>,
    /// k01: a server of this machine, and requests a second for it.
    pub target: Option<String>,
    pub rate: Option<String>,
    pub what: Option<String>,
}

/// A step of a kata, both guessed when not given.
#[derive(Debug, Clone)]
pub struct Target {
    pub step: Option<usize>,
    pub kata: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Command {
    Board,
    Check(Check),
    Watch { kata: Option<String> },
    Play { kata: Option<String> },
    Replay { code: String },
    Hint(Target),
    Skip(Target),
    Solution { give_up: bool, target: Target },
    Reset(Target),
    List { json: bool },
    Next,
    Bench(Bench),
    Report { kata: Option<String> },
    Month { again: bool, number: i64 },
    Book { build: bool, port: u16, open: bool, kata: Option<String> },
    Doctor,
    New { title: Option<String>, id: String },
    Export { to: std::path::PathBuf },
    Verify(Verify),
    Completions { shell: String },
    Grade { arguments: Vec<OsString> },
}

/// Reads the arguments of this process; prints help or an error and ends the process for them.
pub fn read() -> Result<(Common, Command), ExitCode> {
    let arguments = command_first(std::env::args_os().skip(1).collect());
    // The package behind it reads its own options, `--lang` and `--plain` among them.
    if arguments.first().is_some_and(|name| name == "grade") {
        let common = Common { lang: None, plain: false };
        return Ok((common, Command::Grade { arguments: arguments[1..].to_vec() }));
    }
    let arguments = Args::from(&arguments[..]).set_name("cargo xtask");
    parser().run_inner(arguments).map_err(|stop| help::stopped(stop, &t!("cli.see_help")))
}

/// A command knows the options of all commands only behind its name: what stands before it goes to
/// the end.
fn command_first(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let mut before = 0;
    while let Some(argument) = arguments.get(before).and_then(|a| a.to_str()) {
        match argument {
            "--plain" => before += 1,
            "--lang" if before + 2 <= arguments.len() => before += 2,
            _ if argument.starts_with("--lang=") => before += 1,
            _ => break,
        }
    }
    arguments.rotate_left(before);
    arguments
}

fn kata() -> impl Parser<Option<String>> {
    positional::<String>("KATA").help(&*t!("help.kata")).complete(known_katas).optional()
}

fn step() -> impl Parser<Option<usize>> {
    long("step").short('s').help(&*t!("help.step")).argument("N").optional()
}

fn json() -> impl Parser<bool> {
    long("json").help(&*t!("help.json")).switch()
}

/// `--json` is `--format json`, in short.
fn format() -> impl Parser<Format> {
    let named =
        long("format").help(&*t!("help.format")).argument::<String>("FORMAT").parse(|name| {
            match name.as_str() {
                "text" => Ok(Format::Text),
                "json" => Ok(Format::Json),
                "junit" => Ok(Format::Junit),
                _ => Err(t!("cli.no_such_format", name = name)),
            }
        });
    let json = long("json").help(&*t!("help.json")).req_flag(Format::Json);
    construct!([named, json]).fallback(Format::Text)
}

fn target() -> impl Parser<Target> {
    let (step, kata) = (step(), kata());
    construct!(Target { step, kata })
}

#[expect(clippy::ptr_arg, reason = "the shape that `complete` wants")]
fn known_katas(typed: &String) -> Vec<(String, Option<String>)> {
    let Ok(workbook) = crate::workbook::Workbook::find() else { return Vec::new() };
    let katas = workbook.path().filter(|k| k.id.starts_with(typed.as_str()));
    katas.map(|k| (k.id.clone(), Some(k.title().to_owned()))).collect()
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
            .footer(&*examples($examples))
            .command($name)
            .help(&*$about)
    }};
}

fn examples(lines: &str) -> String {
    format!("{} {lines}", t!("help.examples"))
}

fn parser() -> OptionParser<(Common, Command)> {
    let learn = learn();
    let build = build();
    let board = {
        let common = common();
        common.map(|c| (c, Command::Board))
    };
    construct!([learn, build, board])
        .to_options()
        .descr(&*t!("help.about"))
        .footer(&*t!("help.more"))
}

/// What a learner types.
fn learn() -> impl Parser<(Common, Command)> {
    let check = {
        let (step, format, kata) = (step(), format(), kata());
        let all = long("all").short('a').help(&*t!("help.all")).switch();
        let real = long("real").help(&*t!("help.real")).switch();
        let submission =
            long("submission").help(&*t!("help.submission")).argument("DIR").optional();
        construct!(Check { step, all, format, real, submission, kata }).map(Command::Check)
    };
    let check = command!(
        "check",
        check,
        t!("help.check"),
        "cargo xtask check, check k02 --step 2, check --all --json, check k06 --real, check --all --format junit"
    );
    let watch = {
        let kata = kata();
        construct!(Command::Watch { kata })
    };
    let watch = command!("watch", watch, t!("help.watch"), "cargo xtask watch, watch k02");
    let play = {
        let kata = kata();
        construct!(Command::Play { kata })
    };
    let play = command!("play", play, t!("help.play"), "cargo xtask play k02");
    let replay = {
        let code = positional("CODE").help(&*t!("help.code"));
        construct!(Command::Replay { code })
    };
    let replay = command!(
        "replay",
        replay,
        t!("help.replay"),
        "cargo xtask replay k02:s2_lock::loom_never_negative"
    );
    let hint = command!(
        "hint",
        target().map(Command::Hint),
        t!("help.hint"),
        "cargo xtask hint, hint k02 --step 3"
    );
    let skip = command!("skip", target().map(Command::Skip), t!("help.skip"), "cargo xtask skip");
    let solution = {
        let give_up = long("give-up").help(&*t!("help.give_up")).switch();
        let target = target();
        construct!(Command::Solution { give_up, target })
    };
    let solution = command!(
        "solution",
        solution,
        t!("help.solution"),
        "cargo xtask solution, solution k02 --step 2 --give-up"
    );
    let reset = command!(
        "reset",
        target().map(Command::Reset),
        t!("help.reset"),
        "cargo xtask reset k02 --step 2"
    );
    let list = {
        let json = json();
        construct!(Command::List { json })
    };
    let list = command!("list", list, t!("help.list"), "cargo xtask list");
    let next = command!("next", pure(Command::Next), t!("help.next"), "cargo xtask next");
    construct!([check, watch, play, replay, hint, skip, solution, reset, list, next])
}

/// What measures, explains and proves.
fn build() -> impl Parser<(Common, Command)> {
    let bench = {
        let quick = long("quick").help(&*t!("help.quick")).switch();
        let json = json();
        let what = positional::<String>("KATA").help(&*t!("help.bench_what"));
        let what = what.complete(known_katas).optional();
        let reference = long("reference").help(&*t!("help.reference")).switch();
        let grid = long("grid").help(&*t!("help.grid")).switch();
        let all = long("all").help(&*t!("help.bench_all")).switch();
        let points = long("points").help(&*t!("help.points")).argument("LIST").optional();
        let target = long("target").help(&*t!("help.target")).argument("URL").optional();
        let rate = long("rate").help(&*t!("help.rate")).argument("N").optional();
        construct!(Bench { quick, json, grid, reference, all, points, target, rate, what })
            .map(Command::Bench)
    };
    let bench = command!(
        "bench",
        bench,
        t!("help.bench"),
        "cargo xtask bench k02, bench k02 --quick --json, bench k01 --target http://127.0.0.1:8080/, bench self"
    );
    let report = {
        let kata = kata();
        construct!(Command::Report { kata })
    };
    let report = command!("report", report, t!("help.report"), "cargo xtask report, report k02");
    let month = {
        let again = long("again").help(&*t!("help.again")).switch();
        let number = positional("N").help(&*t!("help.month_number"));
        construct!(Command::Month { again, number })
    };
    let month = command!("month", month, t!("help.month"), "cargo xtask month 1, month 1 --again");
    let book = {
        let port = long("port").help(&*t!("help.port")).argument("PORT").fallback(3000);
        let open = long("open").help(&*t!("help.open")).switch();
        let kata = kata();
        let build = long("build").help(&*t!("help.build")).switch();
        construct!(Command::Book { build, port, open, kata })
    };
    let book = command!("book", book, t!("help.book"), "cargo xtask book, book k02 --open");
    let doctor = command!("doctor", pure(Command::Doctor), t!("help.doctor"), "cargo xtask doctor");
    let new = {
        let title = long("title").help(&*t!("help.title")).argument("TITLE").optional();
        let id = positional("KATA").help(&*t!("help.new_id"));
        construct!(Command::New { title, id })
    };
    let new =
        command!("new", new, t!("help.new"), "cargo xtask new k99-rate-limit --title 'Rate limit'");
    let export = {
        let to = long("to").help(&*t!("help.export_to")).argument("DIR");
        construct!(Command::Export { to })
    };
    let export =
        command!("export", export, t!("help.export"), "cargo xtask export --to ../students");
    let verify = {
        let runs = long("runs").help(&*t!("help.runs")).argument("N").fallback(1);
        let shard = long("shard").help(&*t!("help.shard")).argument("I/N").optional();
        let json = json();
        let only = long("only").help(&*t!("help.only")).argument("NAME").optional();
        let bless = long("bless").help(&*t!("help.bless")).switch();
        let allow_unverified =
            long("allow-unverified").help(&*t!("help.allow_unverified")).switch();
        let load = long("load").help(&*t!("help.load")).switch();
        let kata = kata();
        construct!(Verify { runs, shard, json, only, bless, allow_unverified, load, kata })
            .map(Command::Verify)
    };
    let verify = command!(
        "verify",
        verify,
        t!("help.verify"),
        "cargo xtask verify, verify k02 --runs 20 --shard 1/4"
    );
    let completions = {
        let shell = positional("SHELL").help(&*t!("help.shell"));
        construct!(Command::Completions { shell })
    };
    let completions = command!(
        "completions",
        completions,
        t!("help.completions"),
        "source <(cargo xtask completions bash)"
    );
    // The package behind it reads its own arguments; this is for the list of commands.
    let grade = {
        let arguments =
            positional::<OsString>("ARGUMENT").help(&*t!("grade.help_arguments")).many();
        construct!(Command::Grade { arguments })
    };
    let grade = command!(
        "grade",
        grade,
        t!("grade.help_about"),
        "cargo xtask grade run --submissions class --out marks, grade doctor"
    );
    construct!([bench, report, month, book, doctor, new, export, verify, grade, completions])
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Command, command_first, parser};

    #[test]
    fn every_command_has_help_with_an_example() {
        parser().check_invariants(false);
        for name in [
            "check",
            "watch",
            "play",
            "replay",
            "hint",
            "skip",
            "solution",
            "reset",
            "list",
            "next",
            "bench",
            "report",
            "month",
            "book",
            "doctor",
            "new",
            "export",
            "verify",
            "grade",
            "completions",
        ] {
            let arguments = [name, "--help"];
            let help = parser().run_inner(&arguments[..]).unwrap_err().unwrap_stdout();
            assert!(help.contains(name), "{help}");
            assert!(help.contains("cargo xtask"), "{name} has no example");
        }
    }

    #[test]
    fn common_options_stand_anywhere() {
        let (common, command) =
            parser().run_inner(&["check", "--plain", "k02", "--step", "2"]).unwrap();
        assert!(common.plain);
        assert!(
            matches!(command, Command::Check(c) if c.step == Some(2) && c.kata.as_deref() == Some("k02"))
        );
        let before = ["--lang", "es", "--plain", "check", "k02"].map(OsString::from).to_vec();
        let (common, command) = parser().run_inner(&command_first(before)[..]).unwrap();
        assert!(common.plain);
        assert_eq!(common.lang.as_deref(), Some("es"));
        assert!(matches!(command, Command::Check(c) if c.kata.as_deref() == Some("k02")));
        let (common, command) = parser().run_inner(&["--lang", "es"]).unwrap();
        assert_eq!(common.lang.as_deref(), Some("es"));
        assert!(matches!(command, Command::Board));
    }
}
