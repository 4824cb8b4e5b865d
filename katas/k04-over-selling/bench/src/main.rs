//! `k04-bench`: what the four ways to sell an item cost on the private PostgreSQL, when all clients
//! want the same item, and when they are spread over many.

mod load;
mod profile;
mod strategy;
mod words;

use std::io;
use std::process::ExitCode;

use bench_lab::transactions::{Sample, Sheet, Wrong, measure_and_tell};
use bench_lab::{Bench, Columns, Options, Trouble, Turn, exit, panics, start};
use tokio::runtime::{Builder, Runtime};

use load::Shop;
use profile::PROFILE;
use strategy::Strategy;

const SHEET: Sheet = Sheet {
    kata: "k04",
    columns: Columns { way: "strategy", concurrency: "clients", keys: "items" },
    one: "sale",
    many: "sales",
    counts: &["retries", "aborts"],
    name_width: 13,
    fewest_keys: 1,
};

/// A shop, and where its clients run.
struct Shopping {
    shop: Shop,
    runtime: Runtime,
}

impl Bench for Shopping {
    type Way = Strategy;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Strategy>) -> Result<Sample, Trouble<Wrong>> {
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
