//! A bench of transactions: clients with a connection each, every one asking for the next
//! transaction when it has the reply to the last.
//!
//! Such a load is *closed*: when the database is slow, the clients ask less. So its latencies are
//! those of the transactions that were made, and not of what would have been asked for meanwhile.

mod sample;
mod table;

use std::io::{self, Write};

use crate::{Bench, Columns, Machine, Options, Report, Results, Series};

pub use sample::Sample;

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
    /// Concurrency, way, rate, median, 99th percentile, retries, aborts: but for the way, each at
    /// most nine characters.
    pub head: [&'static str; 7],
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

/// Measures everything and tells it: the table, of which a row is written when it is measured, so
/// that Ctrl-C loses only the row under way; or the document.
///
/// Whether no code was found wrong.
///
/// # Errors
/// Those of the writer.
pub fn measure_and_tell<B: Bench<Sample = Sample>>(
    sheet: &Sheet,
    words: &Words,
    options: &Options,
    bench: B,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let machine = Machine::read();
    let mut series = Series::new(options, bench);
    if !options.json {
        table::head(out, sheet, words, options, &machine)?;
    }
    series.rehearse(sheet.fewest_keys);
    for index in 0..options.points.len() {
        let row = series.measure(index);
        if !options.json {
            table::row::<B>(out, sheet, words, options.plain, row)?;
            out.flush()?;
        }
    }
    if options.json {
        let report = document(sheet, options, &machine, &series.results);
        writeln!(out, "{}", report.pretty(2))?;
    } else {
        table::foot(out, words, options.plain, &machine, &series.results)?;
    }
    Ok(series.results.sound())
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
        |entry, cell| cell.sample.add_to(entry, sheet.one, sheet.many),
        ToString::to_string,
    )
}

#[cfg(test)]
mod tests;
