//! The table and what has to be said beside it.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use bench_lab::latency::Summary;
use bench_lab::say::{say, title};
use bench_lab::{Machine, Options, Point, Rate as _, Results, Row, Way as _, fill};

use crate::profile::load;
use crate::service::{Sample, Services};
use crate::way::Runtime;
use crate::words::{self, Words};

/// The width of a way's name.
const NAME: usize = 21;

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The percentiles that are told, by their names in JSON.
pub fn percentiles(summary: &Summary) -> [(&'static str, Duration); 5] {
    let &Summary { p50, p95, p99, p999, max, .. } = summary;
    [("p50", p50), ("p95", p95), ("p99", p99), ("p999", p999), ("max", max)]
}

/// What comes before the first row.
pub fn head(
    out: &mut dyn Write,
    options: &Options,
    plain: bool,
    machine: &Machine,
) -> io::Result<()> {
    let words = words::of(options.lang);
    title(out, options.lang, plain, machine, words.title)?;
    say(out, plain, words.how)?;
    writeln!(out)?;
    columns(out, words, words.way, plain)
}

/// The names of the columns.
pub fn columns(out: &mut dyn Write, words: &Words, way: &str, plain: bool) -> io::Result<()> {
    if plain {
        return Ok(());
    }
    line(out, way, &words.columns)?;
    writeln!(out, "{}", "─".repeat(NAME + 8 * words.columns.len()))
}

/// One point.
pub fn row(
    out: &mut dyn Write,
    words: &Words,
    plain: bool,
    results: &Results<Services>,
    row: &Row<Sample>,
) -> io::Result<()> {
    let place = place(words, row.point);
    if !plain {
        writeln!(out, "{place}")?;
    }
    for (way, cell) in Runtime::ALL.iter().zip(&row.cells) {
        let Some(cell) = cell.as_ref().filter(|_| results.trouble(*way).is_none()) else {
            continue;
        };
        let numbers = numbers(cell.sample.rate(), &cell.sample.measured.latencies.summary());
        if plain {
            spoken(out, words, &place, way.key(), &numbers)?;
        } else {
            line(out, way.key(), &numbers)?;
        }
    }
    Ok(())
}

/// `100 in flight: 2000 requests a second, each waits 50 ms and computes 50 µs`.
pub fn place(words: &Words, point: Point) -> String {
    let (wait, rate) = load(point);
    fill(words.place, &[&point.concurrency, &rate, &millis(wait), &point.keys])
}

/// Requests served a second, the percentiles in milliseconds, and errors.
pub fn numbers(rate: f64, summary: &Summary) -> [String; 7] {
    let [p50, p95, p99, p999, max] = percentiles(summary).map(|(_, time)| short(millis(time)));
    [format!("{rate:.0}"), p50, p95, p99, p999, max, summary.errors.to_string()]
}

/// Three digits, as in 0.12, 5.03, 62.1 and 5012.
fn short(millis: f64) -> String {
    let digits = match millis {
        ms if ms >= 99.95 => 0,
        ms if ms >= 9.995 => 1,
        _ => 2,
    };
    format!("{millis:.digits$}")
}

/// A row as a sentence.
pub fn spoken(
    out: &mut dyn Write,
    words: &Words,
    place: &str,
    name: &str,
    numbers: &[String; 7],
) -> io::Result<()> {
    let mut values: Vec<&dyn Display> = vec![&place, &name];
    values.extend(numbers.iter().map(|number| number as &dyn Display));
    writeln!(out, "{}", fill(words.spoken, &values))
}

/// A row as it is drawn.
pub fn line(out: &mut dyn Write, name: &str, numbers: &[impl Display; 7]) -> io::Result<()> {
    write!(out, "{name:<NAME$}")?;
    for number in numbers {
        write!(out, "{number:>8}")?;
    }
    writeln!(out)
}

/// What has to be known to read the table rightly; `beyond` are points that needed more open files
/// than there may be.
pub fn foot(
    out: &mut dyn Write,
    words: &Words,
    plain: bool,
    machine: &Machine,
    results: &Results<Services>,
    beyond: &[(Point, u64, u64)],
) -> io::Result<()> {
    writeln!(out)?;
    for (point, files, limit) in beyond {
        say(out, plain, &fill(words.beyond, &[&point.concurrency, files, limit]))?;
    }
    for &way in Runtime::ALL {
        let Some(trouble) = results.trouble(way) else { continue };
        let key = trouble.key();
        let said =
            words.troubles.iter().find(|(name, _)| *name == key).map_or("", |(_, said)| said);
        let mut note = format!("- {} ({}): {said}", way.key(), way.step().unwrap_or("bench"));
        if trouble.is_wrong() {
            note = format!("{note}: {trouble}. {}", words.wrong);
        }
        say(out, plain, &note)?;
    }
    if !machine.optimised {
        say(out, plain, words.not_optimised)?;
    }
    words.notes.iter().try_for_each(|note| say(out, plain, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_three_digits() {
        let shown = [0.1234, 5.0, 12.345, 99.96, 5012.3].map(short);
        assert_eq!(shown, ["0.12", "5.00", "12.3", "100", "5012"]);
    }
}
