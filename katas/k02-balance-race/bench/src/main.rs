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
use std::time::Duration;

use bench_lab::latency::Latencies;
use bench_lab::run::{Kept, Labels, Load, Run};
use bench_lab::{
    End, Interrupt, Machine, Options, Others, Series, Told, Way as _, exit, panics, start,
};

use facade::Facade;
use profile::PROFILE;
use series::Balances;
use strategy::Strategy;

fn main() -> ExitCode {
    start(&PROFILE, |lang| words::of(lang).usage, bench)
}

fn bench(options: &Options) -> ExitCode {
    panics::listen();
    exit(&measure_and_tell(options, &mut io::stdout().lock()))
}

/// Rows are written when they are measured. Ctrl-C ends it after the run under way.
fn measure_and_tell(options: &Options, out: &mut impl Write) -> io::Result<End> {
    let (machine, words) = (Machine::read(), words::of(options.lang));
    let kept = Kept::open(options, "k02", Some(json::COLUMNS.keys));
    let mut told = Told::new(options, out, kept);
    told.write(|out, plain| table::head(out, options, plain, &machine))?;
    let others = Others::watch();
    let facade = Facade::measure(options.effort);
    let mut series = Series::new(options, Balances).heeding(Interrupt::listen()?);
    series.rehearse(1);
    for index in 0..options.points.len() {
        let Some(row) = series.measure(index) else { break };
        for (way, cell) in Strategy::ALL.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            let time = Duration::from_secs_f64(cell.sample.seconds);
            let (load, asking) = (Load::Closed { seed: series::SEED }, row.point.concurrency);
            let mut run = Run::counted(way.key(), asking, load, time, cell.sample.requests);
            run.keys = Some(row.point.keys);
            told.keep(run, &Latencies::new())?;
        }
        let results = &series.results;
        told.write(|out, plain| table::row(out, words, plain, results, index))?;
    }
    let (results, others) = (&series.results, others.share());
    told.write(|out, plain| table::foot(out, options, plain, &machine, others, &facade, results))?;
    let end = match (series.stopped(), results.sound()) {
        (true, _) => End::Stopped,
        (false, true) => End::Sound,
        (false, false) => End::Wrong,
    };
    let keys = |keys: usize| table::accounts(words, keys);
    let labels = Labels::new(options.lang, words.threads, words.rate, &keys);
    told.forget_wrong(results)?;
    told.end(end, &labels, || json::report(options, &machine, others, &facade, results))?;
    Ok(end)
}
