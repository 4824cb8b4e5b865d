//! `k01-bench`: requests that wait for another server, 1 to 10,000 of them in flight, on threads,
//! on four runtimes, and on the learner's code; or, with `--target`, on any server of this machine.
//!
//! The same number of requests comes in every second, whatever becomes of them, so how many are in
//! flight is decided by how long each waits (Little's law).

mod backend;
#[cfg(test)]
mod book;
mod connections;
mod http;
mod limits;
mod price;
mod profile;
mod service;
mod table;
mod target;
mod versions;
mod way;
mod words;
mod yours;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use bench_lab::run::{Kept, Labels};
use bench_lab::{
    Columns, End, Interrupt, Machine, Options, Rate as _, Report, Series, Told, Way as _, exit,
    fill, panics, start,
};

use backend::Backend;
use profile::{PROFILE, TARGET};
use service::Services;
use way::Runtime;

/// The argument that makes this program the server that requests wait for.
const BACKEND: &str = "backend";

fn main() -> ExitCode {
    if env::args_os().nth(1).is_some_and(|first| first == BACKEND) {
        return backend::serve();
    }
    start(
        &PROFILE,
        |lang| words::of(lang).usage,
        |options| match options.value(TARGET) {
            Some(url) => target::bench(options, url),
            None => bench(options),
        },
    )
}

fn bench(options: &Options) -> ExitCode {
    panics::listen();
    exit(&measure_and_tell(options, &mut io::stdout().lock()))
}

/// Points are told when they are measured. Ctrl-C ends it soon.
fn measure_and_tell(options: &Options, out: &mut dyn Write) -> io::Result<End> {
    let (machine, words) = (Machine::read(), words::of(options.lang));
    let interrupt = Interrupt::listen()?;
    let (possible, beyond) = limits::possible(options);
    let backend = Backend::start()?;
    let mut told = Told::new(options, out, Kept::open(options, "k01", Some(COLUMNS.keys)));
    told.write(|out, plain| table::head(out, options, plain, &machine))?;
    told.versions(&versions::versions());
    let services = Services::new(backend.address(), interrupt.clone());
    let mut series = Series::new(&possible, services).heeding(interrupt);
    for index in 0..possible.points.len() {
        if series.measure(index).is_none() {
            break;
        }
        let results = &series.results;
        let row = results.rows.last().expect("it was measured now");
        for (way, cell) in Runtime::ALL.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            told.keep(cell.sample.kept(way.key(), row.point), &cell.sample.measured.latencies)?;
        }
        told.write(|out, plain| table::row(out, words, plain, results, row))?;
    }
    let results = &series.results;
    told.write(|out, plain| table::foot(out, words, plain, &machine, results, &beyond))?;
    let end = match (series.stopped(), results.sound()) {
        (true, _) => End::Stopped,
        (false, true) => End::Sound,
        (false, false) => End::Wrong,
    };
    let keys = |micros: usize| fill(words.computing, &[&micros]);
    let labels = Labels::new(options.lang, words.in_flight, words.served, &keys).every_curve();
    told.forget_wrong(results)?;
    told.end(end, &labels, || {
        Report::new("k01", options, &machine, None).finish(
            COLUMNS,
            results,
            |entry, cell| {
                let (sample, summary) = (&cell.sample, cell.sample.measured.latencies.summary());
                entry["served"] = summary.count.into();
                entry["served_per_second"] = sample.rate().into();
                entry["errors"] = summary.errors.into();
                entry["waited_ms"] = table::millis(sample.wait).into();
                entry["most_in_flight"] = sample.most.into();
                for (name, time) in table::percentiles(&summary) {
                    entry[format!("{name}_ms").as_str()] = table::millis(time).into();
                }
            },
            ToString::to_string,
        )
    })?;
    Ok(end)
}

const COLUMNS: Columns = Columns { way: "runtime", concurrency: "in_flight", keys: "computing_us" };
