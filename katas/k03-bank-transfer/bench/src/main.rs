//! `k03-bench`: what PostgreSQL's isolation levels cost when transfers meet often and when they
//! hardly do; and, with `--grid`, what each of them lets happen.

mod grid;
mod isolation;
mod load;
mod profile;
mod words;

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use bench_lab::transactions::{Sample, Sheet, Wrong, measure_and_tell};
use bench_lab::{Bench, Columns, Options, Trouble, Turn, exit, panics, start};
use postgres_lab::{Access, Database, Template, Unavailable, lab};
use tokio::runtime::{Builder, Runtime};

use grid::Grid;
use isolation::Isolation;
use load::Bank;
use profile::{GRID, PROFILE};

const SHEET: Sheet = Sheet {
    kata: "k03",
    columns: Columns { way: "isolation", concurrency: "clients", keys: "accounts" },
    one: "transfer",
    many: "transfers",
    counts: &["retries", "aborts"],
    name_width: 15,
    fewest_keys: 2,
};

/// A bank, and where its clients run.
struct Banking {
    bank: Bank,
    runtime: Runtime,
}

impl Bench for Banking {
    type Way = Isolation;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Isolation>) -> Result<Sample, Trouble<Wrong>> {
        self.runtime.block_on(self.bank.run(turn.way, turn.point, turn.time))
    }

    fn versions(&mut self) -> Vec<(&'static str, String)> {
        let server = self.runtime.block_on(self.bank.server());
        server.into_iter().map(|version| ("PostgreSQL", version)).collect()
    }
}

fn main() -> ExitCode {
    start(
        &PROFILE,
        |lang| words::of(lang).usage,
        |options| if options.has(GRID) { draw(options) } else { bench(options) },
    )
}

fn bench(options: &Options) -> ExitCode {
    panics::silence();
    let bank = match Bank::open() {
        Ok(bank) => bank,
        Err(unavailable) => {
            eprintln!("{unavailable}");
            return ExitCode::FAILURE;
        }
    };
    let words = &words::of(options.lang).table;
    let told = Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        let bench = Banking { bank, runtime };
        measure_and_tell(&SHEET, words, options, bench, &mut io::stdout().lock())
    });
    exit(&told)
}

/// What is possible, instead of how fast it is.
fn draw(options: &Options) -> ExitCode {
    let server = match server() {
        Ok(server) => server,
        Err(unavailable) => {
            eprintln!("{unavailable}");
            return ExitCode::FAILURE;
        }
    };
    // What the lab cannot go on with, it says by a panic.
    panics::silence();
    let found = catch_unwind(AssertUnwindSafe(Grid::find)).unwrap_or_else(|panic| {
        let failure = panic.downcast_ref::<suite::Failure>();
        Err(failure.map_or_else(|| "a panic".to_owned(), |failure| failure.0.message.clone()))
    });
    let words = words::of(options.lang);
    let grid = match found {
        Ok(grid) => grid,
        Err(why) => {
            eprintln!("{}\n{why}", words.undecided);
            return ExitCode::FAILURE;
        }
    };
    let out = &mut io::stdout().lock();
    let told = if options.json {
        writeln!(out, "{}", grid::json(&grid))
    } else {
        grid::text(out, &grid, &server, words, options.plain)
    };
    // A reader that has gone away.
    if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `PostgreSQL 15`, where there is one that can be steered.
fn server() -> Result<String, Unavailable> {
    let nothing = Template::new("");
    lab::wait(async move {
        let broken = |error: tokio_postgres::Error| Unavailable::Broken(error.to_string());
        let database = Database::lease(&nothing, Access::Shared).await?;
        let control = database.control().await.map_err(broken)?;
        let row = control.query_one("SHOW server_version", &[]).await.map_err(broken)?;
        let version: String = row.get(0);
        let major: String = version.chars().take_while(char::is_ascii_digit).collect();
        Ok(format!("PostgreSQL {major}"))
    })
}
