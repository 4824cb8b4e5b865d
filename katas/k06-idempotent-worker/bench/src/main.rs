//! `k06-bench`: what duplicates cost, and what the inbox costs that makes them harmless, on the
//! private PostgreSQL.

mod load;
mod profile;
mod trouble;
mod way;
mod words;

use std::io;
use std::process::ExitCode;

use bench_lab::transactions::{Sample, Sheet, measure_and_tell};
use bench_lab::{Bench, Columns, Options, Turn, exit, fill, panics, say, start};
use tokio::runtime::{Builder, Runtime};

use load::Ledger;
use profile::{MOST_DUPLICATES, PROFILE};
use trouble::{Trouble, Wrong};
use way::Memory;

const SHEET: Sheet = Sheet {
    kata: "k06",
    columns: Columns { way: "memory", concurrency: "workers", keys: "duplicates_percent" },
    one: "message",
    many: "messages",
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

    fn run(&mut self, turn: &Turn<Memory>) -> Result<Sample, Trouble> {
        self.runtime.block_on(self.ledger.run(turn.way, turn.point, turn.time))
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
        let bench = Working { ledger, runtime };
        let mut out = io::stdout().lock();
        let sound = measure_and_tell(&SHEET, &words.table, options, bench, &mut out)?;
        if let (Some(bytes), false) = (growth, options.json) {
            say::say(&mut out, options.plain, &fill(words.growth, &[&bytes]))?;
        }
        Ok(sound)
    });
    exit(&told)
}
