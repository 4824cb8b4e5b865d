//! `k02-bench`: what a lock, a CAS loop and two actors cost on this machine, under threads that
//! all want one account, and under threads that are spread over many.
//!
//! Ratios come first, because only they travel to another machine: each row's four ways are
//! measured in turns, round after round, and a ratio is always one of the same round.

mod facade;
mod json;
mod load;
mod profile;
mod series;
mod strategy;
mod table;
mod trouble;
mod words;

use std::io::{self, Write};
use std::process::ExitCode;

use bench_lab::{Machine, Options, Others, Series, exit, panics, start};

use facade::Facade;
use profile::PROFILE;
use series::Balances;

fn main() -> ExitCode {
    start(&PROFILE, |lang| words::of(lang).usage, bench)
}

fn bench(options: &Options) -> ExitCode {
    panics::listen();
    exit(&measure_and_tell(options, &mut io::stdout().lock()))
}

/// Whether no code was found wrong. Rows are written when they are measured, so that Ctrl-C
/// loses only the row under way.
fn measure_and_tell(options: &Options, out: &mut impl Write) -> io::Result<bool> {
    let machine = Machine::read();
    let table = !options.json;
    if table {
        table::head(out, options, &machine)?;
    }
    let others = Others::watch();
    let facade = Facade::measure(options.effort);
    let mut series = Series::new(options, Balances::new(words::of(options.lang)));
    series.rehearse(1);
    for index in 0..options.points.len() {
        series.measure(index);
        series.bench.hush();
        if table {
            table::row(out, options, &series.results, index)?;
            out.flush()?;
        }
    }
    series.bench.hush();
    let results = &series.results;
    let others = others.share();
    if table {
        table::foot(out, options, &machine, others, &facade, results)?;
    } else {
        let report = json::report(options, &machine, others, &facade, results);
        report.write_pretty(&mut *out, 2)?;
        writeln!(out)?;
    }
    Ok(results.sound())
}
