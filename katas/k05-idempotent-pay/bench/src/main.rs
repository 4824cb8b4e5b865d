//! `k05-bench`: what the layer of kata 5 costs a payment, on the private PostgreSQL, and what a
//! storm of duplicates charges with it and without it.

mod load;
mod ports;
mod profile;
mod sample;
mod table;
mod trouble;
mod way;
mod words;

use std::io::{self, Write};
use std::process::ExitCode;

use bench_lab::{Bench, Columns, Machine, Options, Report, Series, Turn, exit, panics, start};
use tokio::runtime::{Builder, Runtime};

use load::Shop;
use profile::PROFILE;
use sample::Sample;
use trouble::{Trouble, Wrong};
use way::Layer;

const COLUMNS: Columns = Columns { way: "service", concurrency: "clients", keys: "copies" };

/// A shop, and where its clients run.
struct Shopping {
    shop: Shop,
    runtime: Runtime,
}

impl Bench for Shopping {
    type Way = Layer;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Layer>) -> Result<Sample, Trouble> {
        self.runtime.block_on(self.shop.run(turn.way, turn.point, turn.time))
    }
}

fn main() -> ExitCode {
    start(&PROFILE, |lang| words::of(lang).usage, bench)
}

fn bench(options: &Options) -> ExitCode {
    panics::silence();
    let shop = match Shop::open() {
        Ok(shop) => shop,
        Err(unavailable) => {
            eprintln!("{unavailable}");
            return ExitCode::FAILURE;
        }
    };
    let told = Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        measure_and_tell(options, Shopping { shop, runtime }, &mut io::stdout().lock())
    });
    exit(&told)
}

/// Whether no code was found wrong. Rows are written when they are measured.
fn measure_and_tell(options: &Options, bench: Shopping, out: &mut dyn Write) -> io::Result<bool> {
    let (machine, words) = (Machine::read(), words::of(options.lang));
    let mut series = Series::new(options, bench);
    if !options.json {
        table::head(out, words, options, &machine)?;
    }
    series.rehearse(1);
    for index in 0..options.points.len() {
        let row = series.measure(index);
        if !options.json {
            table::row(out, words, options.plain, row)?;
            out.flush()?;
        }
    }
    if options.json {
        let report = Report::new("k05", options, &machine, None).finish(
            COLUMNS,
            &series.results,
            |entry, cell| cell.sample.add_to(entry),
            ToString::to_string,
        );
        writeln!(out, "{}", report.pretty(2))?;
    } else {
        table::foot(out, words, options.plain, &machine, &series.results)?;
    }
    Ok(series.results.sound())
}
