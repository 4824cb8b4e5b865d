//! What the book shows of this bench was measured, and is in the form of today: the pictures are
//! drawn anew from the runs and are the same, and so is each line of the table.
//!
//! `TRECE_BLESS=1` writes the pictures anew. Look at them then, in light and in dark.
//!
//! Measured anew, the book gets a copy of `.trece/bench/k01/reference/`, which
//! `cargo xtask bench k01 --reference` has made.

use std::fs;
use std::path::Path;

use bench_lab::run::{Labels, Runs, pictures};
use bench_lab::{Lang, Point, Way as _, fill};

use crate::way::Runtime;
use crate::{profile, table, words};

const SHOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../book/src/outputs/k01-bench");

#[test]
fn the_book_shows_what_was_measured_as_it_is_shown_today() {
    let folder = Path::new(SHOWN);
    // A staged workspace has no book.
    if !folder.exists() {
        return;
    }
    let runs = Runs::read(folder).expect("what was kept");
    assert!(!runs.quick && runs.machine.optimised, "a result, not a glance");
    let words = words::of(Lang::En);
    let table = fs::read_to_string(folder.join("table.md")).expect("a table");
    for run in &runs.runs {
        assert!(Runtime::ALL.iter().any(|way| way.key() == run.variant), "{}", run.variant);
        let mut line = Vec::new();
        let numbers = table::numbers(run.throughput(), &run.summary);
        table::line(&mut line, &run.variant, &numbers).expect("memory");
        let line = String::from_utf8(line).expect("UTF-8");
        assert!(table.contains(&line), "the table has no line\n{line}");
        let point = Point { concurrency: run.concurrency, keys: run.keys.expect("each computes") };
        assert!(table.contains(&table::place(words, point)), "{point:?}");
        let waited = profile::load(point).0.as_secs_f64() * 1e3;
        assert!((waited - run.counts["waited_ms"]).abs() < 1e-6, "{point:?}");
    }
    let keys = |micros: usize| fill(words.computing, &[&micros]);
    let labels = Labels::new(Lang::En, words.in_flight, words.served, &keys).every_curve();
    let drawn = pictures(&runs, &labels);
    for (file, svg) in &drawn {
        if std::env::var_os("TRECE_BLESS").is_some() {
            fs::write(folder.join(file), svg).expect("a file");
        }
        let shown = fs::read_to_string(folder.join(file)).expect("a picture");
        assert_eq!(&shown, svg, "{file} is drawn otherwise today");
    }
    let shown = fs::read_dir(folder).expect("a folder").flatten();
    let shown = shown.filter(|entry| entry.path().extension().is_some_and(|e| e == "svg"));
    assert_eq!(shown.count(), drawn.len(), "a picture that nothing draws any more");
}
