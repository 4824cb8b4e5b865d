//! The grid as a table with the orders that show what is possible, and as JSON.

use std::io::{self, Write};

use bench_lab::fill;
use bench_lab::say::WIDTH;
use jzon::{JsonValue, object};

use super::{Anomaly, Cell, Grid, LEVELS};
use crate::words::Words;

/// `{"grid":{"READ COMMITTED":{"G0":"prevented",…},…}}`.
pub fn json(grid: &Grid) -> JsonValue {
    let level = |name: &str| {
        let cells = grid.cells.iter().filter(|cell| cell.level == name);
        JsonValue::Object(cells.map(|cell| (cell.anomaly.name(), cell.verdict())).collect())
    };
    let levels = LEVELS.iter().map(|(_, name)| (*name, level(name))).collect();
    object! { "grid": JsonValue::Object(levels) }
}

/// The table, and below it each order that shows something.
pub fn text(
    out: &mut impl Write,
    grid: &Grid,
    server: &str,
    words: &Words,
    plain: bool,
) -> io::Result<()> {
    writeln!(out, "{}\n{}\n", fill(words.grid_title, &[&server]), words.grid_how)?;
    if !plain {
        let [name, what] = words.grid_head;
        writeln!(out, "{name:<9} {what:<26}{:<15}{:<16}{}", LEVELS[0].1, LEVELS[1].1, LEVELS[2].1)?;
        writeln!(out, "{}", "─".repeat(79))?;
    }
    for anomaly in Anomaly::ALL {
        let (name, what) = (anomaly.name(), words.anomalies[anomaly as usize]);
        let cells: Vec<&Cell> = grid.cells.iter().filter(|c| c.anomaly == anomaly).collect();
        if plain {
            for cell in cells {
                let said = words.verdict(cell.shown.is_some());
                writeln!(out, "{}", fill(words.grid_spoken, &[&name, &what, &said, &cell.level]))?;
            }
            continue;
        }
        write!(out, "{name:<9} {what:<26}")?;
        for (cell, width) in cells.iter().zip([15, 16, 0]) {
            write!(out, "{:<width$}", words.verdict(cell.shown.is_some()))?;
        }
        writeln!(out)?;
    }
    for cell in &grid.cells {
        let Some(shown) = &cell.shown else { continue };
        let (name, what) = (cell.anomaly.name(), words.anomalies[cell.anomaly as usize]);
        writeln!(out, "\n{}\n", fill(words.grid_shown, &[&name, &what, &cell.level]))?;
        let Some(timeline) = &shown.timeline else { continue };
        write!(out, "{}", if plain { timeline.plain() } else { timeline.text(WIDTH) })?;
    }
    Ok(())
}

impl Cell {
    /// As JSON has it.
    pub fn verdict(&self) -> &'static str {
        if self.shown.is_some() { "possible" } else { "prevented" }
    }
}
