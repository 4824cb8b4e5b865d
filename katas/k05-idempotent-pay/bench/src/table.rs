//! The table and what has to be said beside it.

use std::fmt::Display;
use std::io::{self, Write};

use bench_lab::say::{say, title};
use bench_lab::{Machine, Options, Results, Row, Way, fill};

use crate::Shopping;
use crate::sample::Sample;
use crate::way::Layer;
use crate::words::Words;

/// What comes before the first row.
pub fn head(
    out: &mut dyn Write,
    words: &Words,
    options: &Options,
    machine: &Machine,
) -> io::Result<()> {
    title(out, options, machine, words.title)?;
    let effort = options.effort;
    say(out, options.plain, &fill(words.how, &[&effort.rounds, &effort.run.as_secs_f64()]))?;
    writeln!(out)?;
    if options.plain {
        return Ok(());
    }
    let [clients, way, numbers @ ..] = words.head;
    line(out, &clients, way, &numbers)?;
    writeln!(out, "{}", "─".repeat(70))
}

/// The lines of one point; before the first one of a number of copies, that number.
pub fn row(out: &mut dyn Write, words: &Words, plain: bool, row: &Row<Sample>) -> io::Result<()> {
    let copies = match row.point.keys {
        1 => words.one_copy.to_owned(),
        n => fill(words.copies, &[&n]),
    };
    if row.opens && !plain {
        writeln!(out, "{copies}")?;
    }
    for (way, cell) in Layer::ALL.iter().zip(&row.cells) {
        let Some(cell) = cell else { continue };
        let numbers = cell.sample.numbers();
        let (clients, name) = (row.point.concurrency, way.key());
        if plain {
            let [rate, median, tail, conflicts, charges] = &numbers;
            let values: [&dyn Display; 8] =
                [&copies, &clients, &name, rate, median, tail, conflicts, charges];
            writeln!(out, "{}", fill(words.spoken, &values))?;
        } else {
            line(out, &clients, name, &numbers)?;
        }
    }
    Ok(())
}

fn line(
    out: &mut dyn Write,
    clients: &dyn Display,
    way: &str,
    numbers: &[impl Display; 5],
) -> io::Result<()> {
    write!(out, "{clients:>8}  {way:<10}")?;
    for number in numbers {
        write!(out, " {number:>9}")?;
    }
    writeln!(out)
}

/// What has to be known to read the table rightly.
pub fn foot(
    out: &mut dyn Write,
    words: &Words,
    plain: bool,
    machine: &Machine,
    results: &Results<Shopping>,
) -> io::Result<()> {
    writeln!(out)?;
    for &way in Layer::ALL {
        let Some(trouble) = results.trouble(way) else { continue };
        let key = trouble.key();
        let said = words.troubles.iter().find(|(name, _)| *name == key).map_or("", |(_, s)| s);
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
    for note in words.notes {
        say(out, plain, &format!("- {note}"))?;
    }
    Ok(())
}
