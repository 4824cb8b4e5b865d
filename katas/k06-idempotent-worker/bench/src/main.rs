//! `k06-bench`: what duplicates cost, and what the inbox costs that makes them harmless, on the
//! private PostgreSQL.

mod load;
mod profile;
mod way;
mod words;

use std::io;
use std::process::ExitCode;

use bench_lab::transactions::{Sample, Sheet, Wrong, tell};
use bench_lab::{
    Bench, Columns, Interrupt, Options, Series, Trouble, Turn, exit, fill, panics, start,
};
use tokio::runtime::{Builder, Runtime};

use load::Ledger;
use profile::{MOST_DUPLICATES, PROFILE};
use way::Memory;

const SHEET: Sheet = Sheet {
    kata: "k06",
    columns: Columns { way: "memory", concurrency: "workers", keys: "duplicates_percent" },
    one: "message",
    many: "messages",
    counts: &["duplicates"],
    name_width: 9,
    fewest_keys: MOST_DUPLICATES,
};

/// A ledger, and where its workers run.
struct Working {
    ledger: Ledger,
    runtime: Runtime,
}

impl Bench for Working {
    type Way = Memory;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Memory>) -> Result<Sample, Trouble<Wrong>> {
        self.runtime.block_on(self.ledger.run(turn.way, turn.point, turn.time))
    }

    fn versions(&mut self) -> Vec<(&'static str, String)> {
        let server = self.runtime.block_on(self.ledger.server());
        server.into_iter().map(|version| ("PostgreSQL", version)).collect()
    }
}

fn main() -> ExitCode {
    start(&PROFILE, |lang| words::of(lang).usage, bench)
}

fn bench(options: &Options) -> ExitCode {
    panics::silence();
    let ledger = match Ledger::open() {
        Ok(ledger) => ledger,
        Err(unavailable) => {
            eprintln!("{unavailable}");
            return ExitCode::FAILURE;
        }
    };
    let words = words::of(options.lang);
    let told = Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        let growth = runtime.block_on(ledger.growth()).ok();
        let growth: Vec<_> = growth.iter().map(|bytes| fill(words.growth, &[bytes])).collect();
        let series = Series::new(options, Working { ledger, runtime });
        let series = series.heeding(Interrupt::listen()?);
        tell(&SHEET, &words.table, options, series, &growth, &mut io::stdout().lock())
    });
    exit(&told)
}
