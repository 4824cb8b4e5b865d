//! A bench of transactions: clients with a connection each, every one asking for the next
//! transaction when it has the reply to the last.
//!
//! Such a load is *closed*: when the database is slow, the clients ask less. So its latencies are
//! those of the transactions that were made, and not of what would have been asked for meanwhile.

mod sample;
mod table;
mod wrong;

use std::io::{self, Write};
use std::time::Duration;

use crate::run::{Kept, Labels, Load, Run};
use crate::{
    Bench, Columns, End, Interrupt, Machine, Options, Rate, Report, Results, Row, Series, Told, Way,
};

pub use sample::Sample;
pub use wrong::Wrong;

/// What the table and the document of one such bench are called by.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Such as `k04`.
    pub kata: &'static str,
    pub columns: Columns,
    /// What a transaction does, in JSON: `sale` in `retries_per_sale`.
    pub one: &'static str,
    /// `sales`, in `sales_per_second` too.
    pub many: &'static str,
    /// What [`Sample::counts`] are, in JSON: `retries`.
    pub counts: &'static [&'static str],
    /// The width of the ways' names in the table.
    pub name_width: usize,
    /// Where errors show best: the number of keys at which everybody wants the same.
    pub fewest_keys: usize,
}

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub title: &'static str,
    /// With the number of rounds, and the seconds of one.
    pub how: &'static str,
    /// Concurrency, way, rate, median, 99th percentile, counts: but for the way, each at most nine
    /// characters.
    pub head: &'static [&'static str],
    /// Of a number of keys that is [`Sheet::fewest_keys`].
    pub few_keys: &'static str,
    pub many_keys: &'static str,
    /// One row as a sentence: keys, and what `head` names.
    pub spoken: &'static str,
    /// By the trouble's name in JSON.
    pub troubles: [(&'static str, &'static str); 5],
    /// What is added where code is wrong.
    pub wrong: &'static str,
    pub not_optimised: &'static str,
    /// What has to be known to read the table rightly.
    pub notes: [&'static str; 3],
}

/// The clients' choices are the same in each run.
const SEED: u64 = 1;

/// Measures everything and tells it: the table, of which a row is written when it is measured; or
/// the document. Ctrl-C ends it after the run under way. What is to be kept is kept
/// ([`crate::run`]).
///
/// # Errors
/// Those of the writer and of the file system.
pub fn measure_and_tell<B: Bench<Sample = Sample>>(
    sheet: &Sheet,
    words: &Words,
    options: &Options,
    bench: B,
    out: &mut dyn Write,
) -> io::Result<End> {
    let series = Series::new(options, bench).heeding(Interrupt::listen()?);
    tell(sheet, words, options, series, &[], out)
}

/// The same with a sentence more below the table, and with a reader who stops it otherwise.
///
/// # Errors
/// Those of the writer and of the file system.
pub fn tell<B: Bench<Sample = Sample>>(
    sheet: &Sheet,
    words: &Words,
    options: &Options,
    mut series: Series<B>,
    more: &[String],
    out: &mut dyn Write,
) -> io::Result<End> {
    let machine = Machine::read();
    let mut told =
        Told::new(options, out, Kept::open(options, sheet.kata, Some(sheet.columns.keys)));
    told.write(|out, plain| table::head(out, sheet, words, options, plain, &machine))?;
    told.versions(&series.bench.versions());
    series.rehearse(sheet.fewest_keys);
    for index in 0..options.points.len() {
        let Some(row) = series.measure(index) else { break };
        told.write(|out, plain| table::row::<B>(out, sheet, words, plain, row))?;
        for (way, cell) in B::Way::ALL.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            let (run, latencies) = kept(sheet, way.key(), row, &cell.sample);
            told.keep(run, &latencies)?;
        }
    }
    let results = &series.results;
    told.write(|out, plain| table::foot(out, words, plain, &machine, results, more))?;
    let keys = |keys: usize| sheet.keys(words, keys);
    let labels = Labels::new(options.lang, words.head[0].trim(), words.head[2], &keys);
    let document = || document(sheet, options, &machine, results);
    let end = match (series.stopped(), results.sound()) {
        (true, _) => End::Stopped,
        (false, true) => End::Sound,
        (false, false) => End::Wrong,
    };
    told.forget_wrong(results)?;
    told.end(end, &labels, document)?;
    Ok(end)
}

impl Sheet {
    fn keys(&self, words: &Words, keys: usize) -> String {
        match keys {
            n if n == self.fewest_keys => words.few_keys.to_owned(),
            n => crate::fill(words.many_keys, &[&n]),
        }
    }
}

/// A cell as it is kept.
fn kept(
    sheet: &Sheet,
    variant: &str,
    row: &Row<Sample>,
    sample: &Sample,
) -> (Run, crate::latency::Latencies) {
    let latencies = sample.recorded();
    let time = Duration::from_secs_f64(sample.seconds);
    let load = Load::Closed { seed: SEED };
    let mut run = Run::new(variant, row.point.concurrency, load, time, &latencies);
    run.keys = Some(row.point.keys);
    let counts = sheet.counts.iter().zip(&sample.counts);
    run.counts = counts
        .map(|(name, count)| (format!("{name}_per_{}", sheet.one), sample.each(*count)))
        .collect();
    (run, latencies)
}

fn document<B: Bench<Sample = Sample>>(
    sheet: &Sheet,
    options: &Options,
    machine: &Machine,
    results: &Results<B>,
) -> jzon::JsonValue {
    Report::new(sheet.kata, options, machine, None).finish(
        sheet.columns,
        results,
        |entry, cell| {
            let sample = &cell.sample;
            entry[sheet.many] = sample.latencies.len().into();
            entry["seconds"] = sample.seconds.into();
            entry[format!("{}_per_second", sheet.many).as_str()] = sample.rate().into();
            entry["p50_ms"] = sample.quantile(500).into();
            entry["p99_ms"] = sample.quantile(990).into();
            for (name, count) in sheet.counts.iter().zip(&sample.counts) {
                let name = format!("{name}_per_{}", sheet.one);
                entry[name.as_str()] = sample.each(*count).into();
            }
        },
        ToString::to_string,
    )
}

#[cfg(test)]
mod tests;
