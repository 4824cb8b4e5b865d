//! `k02-play`: the learner is the scheduler of [`k02_given::race`], until money is lost.
//!
//! Moves come as letters on lines, so that a terminal, a pipe and a screen reader are served
//! alike and no terminal is left in an odd mode.

mod board;
mod words;

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use k02_given::Who;
use k02_given::race::Machine;

use words::{Lang, Words, fill};

struct Options {
    lang: Lang,
    plain: bool,
    answer: Option<PathBuf>,
    help: bool,
}

/// What one letter led to.
enum Next {
    Go,
    Lost,
    Quit,
}

struct Game {
    schedule: Vec<Who>,
    words: &'static Words,
    plain: bool,
    colour: bool,
    /// A terminal shows the learner's Enter by itself; a pipe does not.
    echo: bool,
}

fn main() -> ExitCode {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let options = match parse(std::env::args_os().skip(1), Lang::of_locale(&locale)) {
        Ok(options) => options,
        Err(bad) => {
            eprintln!("{}", fill(Lang::of_locale(&locale).words().bad_argument, &[&bad]));
            return ExitCode::from(2);
        }
    };
    if options.help {
        print!("{}", options.lang.words().usage);
        return ExitCode::SUCCESS;
    }
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut game = Game {
        schedule: Vec::new(),
        words: options.lang.words(),
        plain: options.plain,
        colour: colour && !options.plain,
        echo: !io::stdin().is_terminal(),
    };
    match play(&mut game, &mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(true) => keep(&game, options.answer.as_deref()),
        // A reader that has gone away is no reason to complain.
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

fn parse(args: impl Iterator<Item = OsString>, lang: Lang) -> Result<Options, String> {
    let mut options = Options { lang, plain: false, answer: None, help: false };
    let mut args = args;
    while let Some(arg) = args.next() {
        let bad = || arg.to_string_lossy().into_owned();
        match arg.to_str() {
            Some("--plain") => options.plain = true,
            Some("--help" | "-h") => options.help = true,
            Some("--lang") => match args.next().as_ref().and_then(|l| l.to_str()) {
                Some("en") => options.lang = Lang::En,
                Some("es") => options.lang = Lang::Es,
                _ => return Err(bad()),
            },
            Some("--answer") => options.answer = Some(args.next().ok_or_else(bad)?.into()),
            _ => return Err(bad()),
        }
    }
    Ok(options)
}

/// Reads moves until money is lost (`true`), or the player or the input ends.
fn play(game: &mut Game, input: &mut impl BufRead, out: &mut impl Write) -> io::Result<bool> {
    for line in game.words.intro {
        writeln!(out, "{line}")?;
    }
    if game.plain {
        write!(out, "\n{}", board::program(game.words))?;
    }
    writeln!(out, "\n{}", game.words.keys)?;
    game.show(out)?;
    let mut line = String::new();
    loop {
        write!(out, "{} ", game.words.prompt)?;
        out.flush()?;
        line.clear();
        if input.read_line(&mut line)? == 0 {
            writeln!(out, "\n{}", game.words.no_answer)?;
            return Ok(false);
        }
        if game.echo {
            writeln!(out, "{}", line.trim())?;
        }
        for letter in line.chars().filter(|c| !c.is_whitespace() && *c != ',') {
            match game.letter(letter, out)? {
                Next::Go => {}
                Next::Lost => return Ok(true),
                Next::Quit => {
                    writeln!(out, "{}", game.words.no_answer)?;
                    return Ok(false);
                }
            }
        }
        game.show(out)?;
    }
}

impl Game {
    fn machine(&self) -> Machine {
        let mut machine = Machine::new();
        for who in &self.schedule {
            machine.step(*who).expect("only legal moves are kept");
        }
        machine
    }

    fn letter(&mut self, letter: char, out: &mut impl Write) -> io::Result<Next> {
        match letter.to_ascii_lowercase() {
            'a' => return self.step(Who::A, out),
            'b' => return self.step(Who::B, out),
            'q' => return Ok(Next::Quit),
            'r' => self.schedule.clear(),
            'u' => {
                let Some(who) = self.schedule.pop() else {
                    writeln!(out, "{}", self.words.nothing_to_undo)?;
                    return Ok(Next::Go);
                };
                // A drawing shows it.
                if self.plain
                    && let Some(told) = board::tell_back(who, &self.machine(), self.words)
                {
                    writeln!(out, "{told}")?;
                }
            }
            _ => {
                writeln!(out, "{}", fill(self.words.unknown, &[&letter.to_string()]))?;
                writeln!(out, "{}", self.words.keys)?;
            }
        }
        Ok(Next::Go)
    }

    fn step(&mut self, who: Who, out: &mut impl Write) -> io::Result<Next> {
        let mut machine = self.machine();
        let Ok(done) = machine.step(who) else {
            writeln!(out, "{}", fill(self.words.already_finished, &[who.name()]))?;
            return Ok(Next::Go);
        };
        self.schedule.push(who);
        writeln!(out, "{}", board::tell(&done, &machine, self.words))?;
        if !machine.is_finished() {
            return Ok(Next::Go);
        }
        if machine.lost() == 0 {
            writeln!(out, "{}", self.words.fine)?;
            return Ok(Next::Go);
        }
        if !self.plain {
            write!(out, "\n{}", board::draw(&machine, self.words, self.colour))?;
        }
        writeln!(out)?;
        for line in self.words.lost {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "\n{}\n\n{}", self.words.answer, board::answer(&self.schedule))?;
        Ok(Next::Lost)
    }

    fn show(&self, out: &mut impl Write) -> io::Result<()> {
        if self.plain {
            return Ok(());
        }
        writeln!(out, "\n{}", board::draw(&self.machine(), self.words, self.colour))
    }
}

/// Writes the schedule where the runner wants it.
fn keep(game: &Game, file: Option<&Path>) -> ExitCode {
    let Some(file) = file else { return ExitCode::SUCCESS };
    let lines: Vec<&str> = game.schedule.iter().map(|who| who.name()).collect();
    let name = file.to_string_lossy();
    match std::fs::write(file, lines.join("\n") + "\n") {
        Ok(()) => {
            println!("{}", fill(game.words.written, &[&name]));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{} {why}", fill(game.words.not_written, &[&name]));
            ExitCode::from(2)
        }
    }
}
