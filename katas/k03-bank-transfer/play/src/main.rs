//! `k03-play`: the learner decides, statement by statement, which of two sessions on a real
//! PostgreSQL goes on. The sessions run his own `transfer`.
//!
//! Decisions come as letters on lines, or as a replay code, so that a terminal, a pipe and a screen
//! reader are served alike and no terminal is left in an odd mode.

mod board;
mod game;
mod input;
mod options;
mod scene;
mod words;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use postgres_lab::{Access, Database, Template, Unavailable, lab};

use game::{Ended, Game};
use input::Lines;
use options::Options;
use scene::{Code, Scene};
use words::{Lang, fill};

fn main() -> ExitCode {
    let locale = ["TRECE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let lang = Lang::of_locale(&locale);
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let options = match options::parse(args, lang) {
        Ok(options) => options,
        Err(bad) => {
            eprintln!("{}", fill(lang.words().bad_argument, &[&bad]));
            return ExitCode::from(2);
        }
    };
    if options.help {
        print!("{}", options.lang.words().usage);
        return ExitCode::SUCCESS;
    }
    if let Err(unavailable) = server() {
        eprintln!("{unavailable}");
        return ExitCode::FAILURE;
    }
    // A panic of the code that is played is told in its column.
    std::panic::set_hook(Box::new(|_| ()));
    match visit(&options) {
        Ok(true) => ExitCode::SUCCESS,
        // A step that is not written, or a reader that has gone away.
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

/// Whether there is a PostgreSQL whose sessions can be steered.
fn server() -> Result<(), Unavailable> {
    let nothing = Template::new("");
    lab::wait(async move { Database::lease(&nothing, Access::Shared).await.map(drop) })
}

/// One scene after the other, until the player leaves. False if the last one could not be played.
fn visit(options: &Options) -> io::Result<bool> {
    let words = options.lang.words();
    let mut lines = Lines::new(!io::stdin().is_terminal());
    for line in words.intro {
        println!("{line}");
    }
    let mut last = true;
    loop {
        let Some(code) = ask_for_code(options, &mut lines)? else { return Ok(last) };
        let Some(scene) = ask_for_scene(options, code, &mut lines)? else { return Ok(last) };
        println!("\n{}\n", words.keys.join("\n"));
        let game = Game::new(options, scene, code, lines);
        // What the lab cannot go on with, it says by a panic.
        match catch_unwind(AssertUnwindSafe(|| game.play())) {
            Ok((Ended::Other, back)) => (last, lines) = (true, back),
            Ok((Ended::Quit, _)) => return Ok(true),
            Ok((Ended::NotWritten, back)) => {
                println!("{}", fill(words.not_written, &[&code.number()]));
                (last, lines) = (false, back);
            }
            Err(panic) => {
                let said = panic.downcast_ref::<suite::Failure>().map(|f| f.0.message.as_str());
                println!("{}\n{}", words.cannot, said.unwrap_or_default());
                return Ok(false);
            }
        }
    }
}

fn ask_for_code(options: &Options, lines: &mut Lines) -> io::Result<Option<Code>> {
    let words = options.lang.words();
    println!();
    for code in Code::ALL {
        println!("  {}  {}", code.number(), words.codes[code as usize]);
    }
    lines.choose(words.which_code, words, |number| {
        Code::ALL.into_iter().find(|code| code.number() == number)
    })
}

fn ask_for_scene(options: &Options, code: Code, lines: &mut Lines) -> io::Result<Option<Scene>> {
    let words = options.lang.words();
    println!();
    let scenes = Scene::of(code);
    for (number, scene) in (1..).zip(&scenes) {
        let headings: Vec<String> = ["A", "B"]
            .into_iter()
            .zip(scene.transfers())
            .map(|(name, t)| scene::heading(name, &t, code))
            .collect();
        println!("  {number}  {}", words.scenes[*scene as usize]);
        println!("     {}", headings.join("; "));
    }
    lines.choose(words.which_scene, words, |number| scenes.get(number.checked_sub(1)?).copied())
}
