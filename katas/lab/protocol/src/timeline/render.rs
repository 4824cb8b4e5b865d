use std::fmt::Write as _;

use super::{Row, Table, Timeline};

/// `"  1   "`: the row's number and the space before the first column.
const MARGIN: usize = 6;
/// Between two columns, so that full cells do not touch.
const GAP: usize = 2;

impl Timeline {
    /// The columns, for a terminal `width` columns wide (80 shows two lanes well).
    ///
    /// A place is shown as `:21` behind its row; the file's name stands once above the rows when
    /// it is the same for all of them.
    pub fn text(&self, width: usize) -> String {
        let mut out = String::new();
        let lanes = self.lanes.len().max(1);
        let column = (width.saturating_sub(MARGIN) / lanes).max(16);
        let file = self.only_file();

        put_cells(&mut out, "", &self.lanes.iter().map(String::as_str).collect::<Vec<_>>(), column);
        for (n, row) in self.rows.iter().enumerate() {
            let mut cells = vec![""; lanes];
            let cell = cell(row, file.is_some());
            if let Some(slot) = cells.get_mut(row.lane) {
                *slot = &cell;
            }
            put_cells(&mut out, &(n + 1).to_string(), &cells, column);
        }
        if let Some(file) = file {
            let _ = writeln!(out, "{:MARGIN$}(:n is line n of {file})", "");
        }
        for table in &self.tables {
            out.push('\n');
            put_table(&mut out, table);
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        for note in &self.notes {
            for line in wrap(note, width.saturating_sub(2)) {
                let _ = writeln!(out, "  {line}");
            }
        }
        out
    }

    /// One sentence a row, without columns or signs: for a screen reader, a log, a narrow screen.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            let lane = self.lanes.get(row.lane).map_or("?", |l| short(l));
            let _ = write!(out, "Row {}, {lane}: {}", n + 1, spoken(&row.text));
            if let Some(place) = &row.at {
                let _ = write!(out, ", at {} line {}", place.file, place.line);
            }
            if let Some(mark) = &row.mark {
                let _ = write!(out, ". Note: {}", spoken(mark));
            }
            out.push_str(".\n");
        }
        for table in &self.tables {
            let (head, rows) =
                table.rows.split_first().map_or((&[][..], &[][..]), |(h, r)| (&h[..], r));
            for row in rows {
                let cells: Vec<String> = row
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(i, cell)| match head.get(i).filter(|h| !h.is_empty()) {
                        Some(h) => format!("{h} {}", spoken(cell)),
                        None => spoken(cell),
                    })
                    .collect();
                let _ = writeln!(out, "{}.", cells.join(", "));
            }
        }
        for note in &self.notes {
            let _ = writeln!(out, "{}", spoken(note));
        }
        out
    }

    /// The file that every placed row names, if there is exactly one.
    fn only_file(&self) -> Option<&str> {
        let mut files = self.rows.iter().filter_map(|r| r.at.as_ref()).map(|p| p.file.as_str());
        let first = files.next()?;
        files.all(|f| f == first).then_some(first)
    }
}

/// `A: withdraw 70` is called `A` in a sentence.
fn short(lane: &str) -> &str {
    lane.split_once(':').map_or(lane, |(name, _)| name)
}

/// Arrows and other signs as words.
fn spoken(text: &str) -> String {
    text.replace(" → ", " gives ")
        .replace('→', " gives ")
        .replace('←', "")
        .replace('✗', "wrong:")
        .replace('…', "...")
        .trim()
        .to_owned()
}

fn cell(row: &Row, short_place: bool) -> String {
    let mut cell = row.text.clone();
    if let Some(place) = &row.at {
        let file = place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file);
        let _ = if short_place {
            write!(cell, "  :{}", place.line)
        } else {
            write!(cell, "  {file}:{}", place.line)
        };
    }
    if let Some(mark) = &row.mark {
        let _ = write!(cell, "  ← {mark}");
    }
    cell
}

/// One row of cells, each wrapped inside its column; the last column may use what is left.
fn put_cells(out: &mut String, number: &str, cells: &[&str], column: usize) {
    let wrapped: Vec<Vec<String>> = cells.iter().map(|c| wrap(c, column - GAP)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for y in 0..height {
        let mut line = match y {
            0 => format!("{number:>3}   "),
            _ => " ".repeat(MARGIN),
        };
        for cell in &wrapped {
            let text = cell.get(y).map_or("", String::as_str);
            let _ = write!(line, "{text:<column$}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn put_table(out: &mut String, table: &Table) {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| {
            table.rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in &table.rows {
        let mut line = String::from("  ");
        for (c, text) in row.iter().enumerate() {
            // The first column names its row; numbers stand under one another; what follows a
            // row's last number is a remark.
            match c {
                0 => {
                    let _ = write!(line, "{text:<0$}", widths[0]);
                }
                _ if c + 1 == columns && !is_number(text) => {
                    let _ = write!(line, "   {text}");
                }
                _ => {
                    let _ = write!(line, "   {text:>0$}", widths[c]);
                }
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '-')
}

/// Breaks at spaces; a word longer than `width` is cut. Continuations are indented by two.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let mut word: &str = word;
        loop {
            let len = word.trim_end().chars().count();
            if used + len <= width {
                line.push_str(word);
                used += word.chars().count();
                break;
            }
            if used > 2 {
                lines.push(std::mem::replace(&mut line, "  ".into()).trim_end().to_owned());
                used = 2;
                continue;
            }
            let room = width.saturating_sub(used).max(1);
            let cut = word.char_indices().nth(room).map_or(word.len(), |(i, _)| i);
            line.push_str(&word[..cut]);
            lines.push(std::mem::replace(&mut line, "  ".into()));
            used = 2;
            word = &word[cut..];
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{Row, Table, Timeline};
    use super::wrap;

    fn lost_update() -> Timeline {
        Timeline {
            lanes: vec!["A: withdraw 70".into(), "B: withdraw 70".into()],
            rows: vec![
                Row::new(0, "lock → 100").at("katas/k02/src/s2_lock.rs", 14),
                Row::new(0, "unlock").at("katas/k02/src/s2_lock.rs", 14),
                Row::new(1, "lock → 100").at("katas/k02/src/s2_lock.rs", 14),
                Row::new(1, "unlock, now 30")
                    .at("katas/k02/src/s2_lock.rs", 17)
                    .mark("overwrites 2"),
            ],
            tables: vec![Table {
                rows: vec![
                    vec!["account".into(), "1".into(), "total".into(), String::new()],
                    vec!["before".into(), "100".into(), "100".into(), String::new()],
                    vec!["after".into(), "30".into(), "30".into(), "✗ 40 too few".into()],
                ],
            }],
            notes: vec!["Lost update: A wrote what it computed from 1.".into()],
        }
    }

    #[test]
    fn two_columns_in_eighty() {
        let text = lost_update().text(80);
        assert_eq!(
            text,
            "      A: withdraw 70                       B: withdraw 70\n\
             \x20 1   lock → 100  :14\n\
             \x20 2   unlock  :14\n\
             \x20 3                                        lock → 100  :14\n\
             \x20 4                                        unlock, now 30  :17  ← overwrites 2\n\
             \x20     (:n is line n of katas/k02/src/s2_lock.rs)\n\
             \n\
             \x20 account     1   total\n\
             \x20 before    100     100\n\
             \x20 after      30      30   ✗ 40 too few\n\
             \n\
             \x20 Lost update: A wrote what it computed from 1.\n"
        );
        assert!(text.lines().all(|l| l.chars().count() <= 80));
    }

    #[test]
    fn plain_has_words_for_every_sign() {
        let plain = lost_update().plain();
        assert!(
            plain.starts_with("Row 1, A: lock gives 100, at katas/k02/src/s2_lock.rs line 14.\n")
        );
        assert!(plain.contains(
            "Row 4, B: unlock, now 30, at katas/k02/src/s2_lock.rs line 17. Note: overwrites 2.\n"
        ));
        assert!(plain.contains("after, 1 30, total 30, wrong: 40 too few.\n"));
        assert!(plain.is_ascii());
    }

    #[test]
    fn survives_json() {
        let timeline = lost_update();
        assert_eq!(Timeline::from_json(&timeline.to_json()), Ok(timeline));
    }

    #[test]
    fn a_row_of_no_lane_is_refused() {
        let mut timeline = lost_update();
        timeline.rows[0].lane = 2;
        assert!(Timeline::from_json(&timeline.to_json()).is_err());
    }

    #[test]
    fn wraps_at_words_and_cuts_long_ones() {
        assert_eq!(wrap("one two three", 8), ["one two", "  three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
