//! `cargo xtask bench self`: how the workbook keeps its own budgets on this machine, each with the
//! budget beside it. It measures a copy, in the target folder: nobody's work is touched.
//!
//! Nothing here passes or fails. A budget that is not kept is said to be so.

mod measure;
mod options;
mod show;
mod words;
mod workbook;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use bench_lab::{Interrupt, Machine, ProgressLine};

use measure::{Found, Measure};
use options::Options;
use words::words;
use workbook::Copy;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(bad) => {
            eprintln!("xtask-budgets: {bad}: started by `cargo xtask bench self`");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<ExitCode> {
    let (words, interrupt) = (words(options.lang), Interrupt::listen()?);
    let mut copy = Copy::make(&options.root)?;
    let line = ProgressLine::new(options.plain);
    let mut found: Vec<Found> = Vec::new();
    let all = Measure::ALL.iter().filter(|measure| measure.asked(options));
    let all: Vec<Measure> = all.copied().collect();
    for (n, measure) in all.iter().enumerate() {
        let said = format!("{}/{}  {}", n + 1, all.len(), words.of(*measure));
        // Who cannot see the line, and waits minutes, is told once.
        if options.plain && io::stderr().is_terminal() {
            eprintln!("{said}");
        }
        line.say(&said);
        found.push(measure.take(&mut copy));
        line.hush();
        if interrupt.asked() {
            break;
        }
    }
    show::tell(options, &Machine::read(), &found)?;
    Ok(if interrupt.asked() { ExitCode::from(130) } else { ExitCode::SUCCESS })
}
