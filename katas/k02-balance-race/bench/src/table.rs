//! The table and what has to be said beside it.

use std::io::{self, Write};

use bench_lab::say::{say, title};
use bench_lab::show::{rate, ratio};
use bench_lab::{Cell, Machine, Options, Point, Rate, Way, fill};

use crate::facade::Facade;
use crate::series::Results;
use crate::strategy::{MAILBOX, Strategy};
use crate::words::{self, Words};

/// Of a cell, without what separates it.
const CELL: usize = 15;

/// What comes before the first row.
pub fn head(
    out: &mut dyn Write,
    options: &Options,
    plain: bool,
    machine: &Machine,
) -> io::Result<()> {
    let words = words::of(options.lang);
    title(out, options.lang, plain, machine, words.title)?;
    writeln!(out)?;
    let effort = options.effort;
    say(out, plain, &fill(words.how, &[&effort.rounds, &effort.run.as_secs_f64()]))?;
    writeln!(out)?;
    if plain {
        return Ok(());
    }
    write!(out, "{:>7}", words.threads)?;
    for name in words.strategies {
        write!(out, " │ {name:>CELL$}")?;
    }
    let rule = "─".repeat(CELL + 2);
    writeln!(out, "\n{}", ["─".repeat(8), [rule.as_str(); 4].join("┼")].join("┼"))
}

/// One row; before the first one of a number of accounts, that number.
pub fn row(
    out: &mut dyn Write,
    words: &Words,
    plain: bool,
    results: &Results,
    index: usize,
) -> io::Result<()> {
    let row = &results.rows[index];
    let short = |way| results.trouble(way).map_or("", |trouble| words.short(trouble));
    let cells = Strategy::ALL.iter().zip(&row.cells);
    if plain {
        let said: Vec<_> = cells
            .map(|(&way, cell)| {
                let name = words.strategies[way as usize];
                match cell {
                    None => format!("{name}: {}", short(way)),
                    Some(Cell { sample, ratio: None }) => {
                        format!("{name}: {}", rate(sample.rate()))
                    }
                    Some(Cell { sample, ratio: Some(to) }) => {
                        fill(words.spoken, &[&name, &ratio(to.median), &rate(sample.rate())])
                    }
                }
            })
            .collect();
        return writeln!(out, "{}; {}.", place(words, row.point), said.join("; "));
    }
    if row.opens {
        writeln!(out, "{}", accounts(words, row.point.keys))?;
    }
    write!(out, "{:>7}", row.point.concurrency)?;
    for (&way, cell) in cells {
        let text = match cell {
            None => short(way).to_owned(),
            Some(cell) => {
                let to = cell.ratio.map_or("–".into(), |to| ratio(to.median));
                let to = if to.contains(['/', '–']) { to } else { to + "×" };
                format!("{to:>6} {:>8}", rate(cell.sample.rate()))
            }
        };
        write!(out, " │ {text:>CELL$}")?;
    }
    writeln!(out)
}

/// What has to be known to read the table rightly.
pub fn foot(
    out: &mut dyn Write,
    options: &Options,
    plain: bool,
    machine: &Machine,
    others: Option<f64>,
    facade: &Facade,
    results: &Results,
) -> io::Result<()> {
    let words = words::of(options.lang);
    let mut notes = Vec::new();
    for &way in Strategy::ALL {
        if let Some(trouble) = results.trouble(way) {
            let (name, step) = (words.strategies[way as usize], way.step().unwrap_or_default());
            notes.push(format!("{name} ({step}): {}", words.trouble(trouble)));
        }
    }
    if !machine.optimised {
        notes.push(words.not_optimised.to_owned());
    }
    if results.troubles.iter().all(Option::is_some) {
        return tell(out, plain, &notes);
    }
    let percent = others.map(|share| format!("{:.0}", share * 100.0));
    notes.extend(percent.map(|percent| fill(words.others, &[&percent])));
    notes.extend(spread(words, results));
    let note = if options.most() > machine.cores { words.few_cores } else { words.enough_cores };
    notes.push(fill(note, &[&machine.cores]));
    notes.push(fill(words.owners, &[&machine.cores, &MAILBOX]));
    notes.push(words.no_deposit.to_owned());
    notes.push(fill(words.facade, &[&ratio(facade.lock.median), &ratio(facade.atomic.median)]));
    notes.push(words.travel.to_owned());
    tell(out, plain, &notes)
}

fn tell(out: &mut dyn Write, plain: bool, notes: &[String]) -> io::Result<()> {
    writeln!(out)?;
    notes.iter().try_for_each(|note| say(out, plain, &format!("- {note}")))
}

/// How far the rounds lie apart, of the ratios to the lock: usually, and at worst.
fn spread(words: &Words, results: &Results) -> Option<String> {
    let mut factors: Vec<(f64, Point, usize)> = Vec::new();
    for row in &results.rows {
        // The lock's own is 1 in every round.
        for (column, cell) in row.cells.iter().enumerate().skip(1) {
            let ratio = cell.as_ref().and_then(|cell| cell.ratio);
            factors.extend(ratio.map(|ratio| (ratio.max / ratio.min, row.point, column)));
        }
    }
    factors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let usual = factors.get(factors.len() / 2)?.0;
    let (worst, point, column) = *factors.last()?;
    let at = format!("{}, {}", words.strategies[column], place(words, point));
    Some(fill(words.spread, &[&ratio(usual), &ratio(worst), &at]))
}

fn place(words: &Words, point: Point) -> String {
    let threads = match point.concurrency {
        1 => words.one_thread.to_owned(),
        n => fill(words.many_threads, &[&n]),
    };
    format!("{}, {threads}", accounts(words, point.keys))
}

/// So many accounts, in words.
pub fn accounts(words: &Words, accounts: usize) -> String {
    match accounts {
        1 => words.one_account.to_owned(),
        n => fill(words.many_accounts, &[&n]),
    }
}

#[cfg(test)]
pub mod tests {
    use std::ffi::OsString;

    use bench_lab::say::WIDTH;
    use bench_lab::{Asked, Lang, Row, Spread, parse};

    use super::*;
    use crate::load::Sample;
    use crate::profile::PROFILE;
    use crate::trouble::Trouble;

    pub fn options(args: &[&str]) -> Options {
        match parse(args.iter().map(OsString::from), Lang::En, &PROFILE) {
            Ok(Asked::Bench(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    pub fn machine() -> Machine {
        Machine {
            cores: 2,
            cpu: Some("A Processor With Quite A Long Name @ 2.30GHz, Revision 7".into()),
            os: "linux".into(),
            arch: "x86_64".into(),
            rustc: "rustc 1.89.0 (000000000 2025-08-04)".into(),
            optimised: true,
        }
    }

    pub fn facade() -> Facade {
        let spread = |median| Spread { median, min: median, max: median };
        Facade { lock: spread(1.4), atomic: spread(2.5) }
    }

    /// Lock and CAS measured, an actor not written, the other 80 times slower.
    pub fn results(options: &Options) -> Results {
        let cell = |requests, median| {
            let ratio = Some(Spread { median, min: median / 2.0, max: median });
            Some(Cell { sample: Sample { requests, seconds: 1.0 }, ratio })
        };
        let mut results = Results::default();
        results.troubles[2] = Some(Trouble::NotWritten);
        results.rows = options
            .points
            .iter()
            .map(|&point| Row {
                point,
                opens: point.concurrency == 1,
                cells: vec![
                    cell(50_000_000, 1.0),
                    cell(75_000_000, 1.5),
                    None,
                    cell(625_000, 0.0125),
                ],
            })
            .collect();
        results
    }

    fn told(args: &[&str]) -> String {
        let options = options(args);
        let mut out = Vec::new();
        let results = results(&options);
        head(&mut out, &options, options.plain, &machine()).expect("memory");
        for index in 0..results.rows.len() {
            row(&mut out, words::of(options.lang), options.plain, &results, index).expect("memory");
        }
        foot(&mut out, &options, options.plain, &machine(), Some(0.5), &facade(), &results)
            .expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn everything_fits_into_80_columns_in_both_languages() {
        for lang in ["en", "es"] {
            let told = told(&["--lang", lang]);
            for line in told.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    #[test]
    fn a_row_tells_ratios_and_what_is_not_written_yet() {
        let told = told(&[]);
        let row = "     16 │  1.00× 50.0 M/s │  1.50× 75.0 M/s │ not written yet │   1/80  625 k/s";
        assert!(told.contains(row), "{told}");
        assert!(told.contains("\n64 accounts\n"), "{told}");
        assert!(told.contains("other programs had 50 %"), "{told}");
        assert!(told.contains("crossbeam actor (s6_thread_actor): not written yet"), "{told}");
    }

    #[test]
    fn plain_is_a_sentence_a_row_without_signs() {
        let told = told(&["--plain"]);
        assert!(!told.contains(['│', '─', '┼', '×']), "{told}");
        let row = "1 account, 2 threads; lock: 1.00 times the lock, 50.0 M/s; CAS: 1.50 times";
        assert!(told.contains(row), "{told}");
    }

    #[test]
    fn fewer_cores_than_threads_is_said() {
        assert!(told(&[]).contains("runs 2 threads at one time"));
        assert!(told(&["--points", "2x1"]).contains("no more threads ask than there are cores"));
    }
}
