//! The table and what has to be said beside it.

use std::fmt::Display;
use std::io::{self, Write};

use super::{Sample, Sheet, Words};
use crate::say::{say, title};
use crate::{Bench, Machine, Options, Results, Row, Way, fill};

/// What comes before the first row.
pub fn head(
    out: &mut dyn Write,
    sheet: &Sheet,
    words: &Words,
    options: &Options,
    plain: bool,
    machine: &Machine,
) -> io::Result<()> {
    title(out, options.lang, plain, machine, words.title)?;
    let effort = options.effort;
    say(out, plain, &fill(words.how, &[&effort.rounds, &effort.run.as_secs_f64()]))?;
    writeln!(out)?;
    if plain {
        return Ok(());
    }
    let (first, numbers) = words.head.split_at(2);
    line(out, sheet, &first[0], first[1], numbers)?;
    writeln!(out, "{}", "─".repeat(sheet.name_width + 9 + 10 * numbers.len()))
}

/// The lines of one point; before the first one of a number of keys, that number.
pub fn row<B: Bench<Sample = Sample>>(
    out: &mut dyn Write,
    sheet: &Sheet,
    words: &Words,
    plain: bool,
    row: &Row<Sample>,
) -> io::Result<()> {
    let keys = sheet.keys(words, row.point.keys);
    if row.opens && !plain {
        writeln!(out, "{keys}")?;
    }
    for (way, cell) in B::Way::ALL.iter().zip(&row.cells) {
        let Some(cell) = cell else { continue };
        let numbers = cell.sample.numbers();
        let (clients, name) = (row.point.concurrency, way.key());
        if plain {
            let mut values: Vec<&dyn Display> = vec![&keys, &clients, &name];
            values.extend(numbers.iter().map(|number| number as &dyn Display));
            writeln!(out, "{}", fill(words.spoken, &values))?;
        } else {
            line(out, sheet, &clients, name, &numbers)?;
        }
    }
    Ok(())
}

fn line(
    out: &mut dyn Write,
    sheet: &Sheet,
    clients: &dyn Display,
    way: &str,
    numbers: &[impl Display],
) -> io::Result<()> {
    write!(out, "{clients:>8}  {way:<width$}", width = sheet.name_width)?;
    for number in numbers {
        write!(out, " {number:>9}")?;
    }
    writeln!(out)
}

/// What has to be known to read the table rightly.
pub fn foot<B: Bench>(
    out: &mut dyn Write,
    words: &Words,
    plain: bool,
    machine: &Machine,
    results: &Results<B>,
    more: &[String],
) -> io::Result<()> {
    writeln!(out)?;
    for &way in B::Way::ALL {
        let Some(trouble) = results.trouble(way) else { continue };
        let key = trouble.key();
        let said =
            words.troubles.iter().find(|(name, _)| *name == key).map_or("", |(_, said)| said);
        let step = way.step().map(|step| format!(" ({step})")).unwrap_or_default();
        let mut note = format!("- {}{step}: {said}", way.key());
        if trouble.is_wrong() {
            note = format!("{note}: {trouble}. {}", words.wrong);
        }
        say(out, plain, &note)?;
    }
    if !machine.optimised {
        say(out, plain, &format!("- {}", words.not_optimised))?;
    }
    let notes = words.notes.into_iter().chain(more.iter().map(String::as_str));
    for note in notes {
        say(out, plain, &format!("- {note}"))?;
    }
    Ok(())
}
