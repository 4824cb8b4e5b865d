//! `k05-bench`: what the layer of kata 5 costs a payment, on the private PostgreSQL, and what a
//! storm of duplicates charges with it and without it.

mod load;
mod ports;
mod profile;
mod way;
mod words;

use std::io;
use std::process::ExitCode;

use bench_lab::transactions::{Sample, Sheet, Wrong, measure_and_tell};
use bench_lab::{Bench, Columns, Options, Trouble, Turn, exit, panics, start};
use tokio::runtime::{Builder, Runtime};

use load::Shop;
use profile::PROFILE;
use way::Layer;

const SHEET: Sheet = Sheet {
    kata: "k05",
    columns: Columns { way: "service", concurrency: "clients", keys: "copies" },
    one: "payment",
    many: "requests",
    counts: &["conflicts", "charges"],
    name_width: 10,
    fewest_keys: 1,
};

/// A shop, and where its clients run.
struct Shopping {
    shop: Shop,
    runtime: Runtime,
}

impl Bench for Shopping {
    type Way = Layer;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Layer>) -> Result<Sample, Trouble<Wrong>> {
        self.runtime.block_on(self.shop.run(turn.way, turn.point, turn.time))
    }

    fn versions(&mut self) -> Vec<(&'static str, String)> {
        let server = self.runtime.block_on(self.shop.server());
        server.into_iter().map(|version| ("PostgreSQL", version)).collect()
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
    let words = &words::of(options.lang).table;
    let told = Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        let bench = Shopping { shop, runtime };
        measure_and_tell(&SHEET, words, options, bench, &mut io::stdout().lock())
    });
    exit(&told)
}
