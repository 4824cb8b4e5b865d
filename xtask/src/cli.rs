//! The command line.

use std::process::ExitCode;

use bpaf::{Args, OptionParser, ParseFailure, Parser, construct, long, positional, pure};

use crate::help;
use crate::t;

/// What every command understands.
#[derive(Debug, Clone)]
pub struct Common {
    pub lang: Option<String>,
    pub plain: bool,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub step: Option<usize>,
    pub all: bool,
    pub json: bool,
    /// On what this kata's doubles stand for: real brokers.
    pub real: bool,
    pub submission: Option<std::path::PathBuf>,
    pub kata: Option<String>,
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
    Book { build: bool, port: u16, open: bool, kata: Option<String> },
    Doctor,
    New { title: Option<String>, id: String },
    Verify(Verify),
    Completions { shell: String },
}

/// Reads the arguments of this process; prints help or an error and ends the process for them.
pub fn read() -> Result<(Common, Command), ExitCode> {
    parser().run_inner(Args::current_args().set_name("cargo xtask")).map_err(|stop| match stop {
        ParseFailure::Stdout(help, full) => {
            print!("{}", help::shown(&help.monochrome(full)));
            ExitCode::SUCCESS
        }
        ParseFailure::Completion(script) => {
            print!("{script}");
            ExitCode::SUCCESS
        }
        ParseFailure::Stderr(error) => {
            eprint!("{}", help::shown(&error.monochrome(true)));
            eprintln!("{}", t!("cli.see_help"));
            ExitCode::from(2)
        }
    })
}

fn common() -> impl Parser<Common> {
    let lang = long("lang").help(&*t!("help.lang")).argument("LANG").optional();
    let plain = long("plain").help(&*t!("help.plain")).switch();
    construct!(Common { lang, plain })
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
        let (step, json, kata) = (step(), json(), kata());
        let all = long("all").short('a').help(&*t!("help.all")).switch();
        let real = long("real").help(&*t!("help.real")).switch();
        let submission =
            long("submission").help(&*t!("help.submission")).argument("DIR").optional();
        construct!(Check { step, all, json, real, submission, kata }).map(Command::Check)
    };
    let check = command!(
        "check",
        check,
        t!("help.check"),
        "cargo xtask check, check k02 --step 2, check --all --json, check k06 --real"
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
    construct!([bench, book, doctor, new, verify, completions])
}

#[cfg(test)]
mod tests {
    use super::{Command, parser};

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
            "book",
            "doctor",
            "new",
            "verify",
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
        let (common, command) = parser().run_inner(&["--lang", "es"]).unwrap();
        assert_eq!(common.lang.as_deref(), Some("es"));
        assert!(matches!(command, Command::Board));
    }
}
