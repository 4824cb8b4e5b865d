//! Tables that an instructor wrote: rosters and manifests. What is wrong in one is told with its
//! line.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

/// A CSV with a line of headings.
pub struct Table {
    path: PathBuf,
    headings: StringRecord,
    rows: Vec<StringRecord>,
}

/// One row of it.
pub struct Row<'t> {
    table: &'t Table,
    record: &'t StringRecord,
}

impl Table {
    /// # Errors
    /// With code 2, as for all that a person wrote.
    pub fn read(path: &Path) -> Outcome<Self> {
        let wrong =
            |e: csv::Error| Trouble::usage(t!("trouble.file", path = path.display(), error = e));
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(wrong)?;
        let headings = reader.headers().map_err(wrong)?.clone();
        let rows = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
        Ok(Self { path: path.to_owned(), headings, rows })
    }

    /// Spreadsheets begin a file with a byte order mark.
    pub fn column(&self, name: &str) -> Option<usize> {
        let named = |heading: &str| heading.trim_start_matches('\u{feff}').trim() == name;
        self.headings.iter().position(|heading| named(&heading.to_lowercase()))
    }

    /// # Errors
    /// Without that column.
    pub fn need(&self, name: &str) -> Outcome<usize> {
        self.column(name).ok_or_else(|| self.wrong(1, &t!("grade.no_column", name = name)))
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { table: self, record })
    }

    fn wrong(&self, line: u64, why: &dyn Display) -> Trouble {
        Trouble::usage(format!("{}:{line}: {why}", self.path.display()))
    }
}

impl Row<'_> {
    /// None where it is empty, or the table has no such column.
    pub fn cell(&self, column: impl Into<Option<usize>>) -> Option<&str> {
        self.record.get(column.into()?).filter(|cell| !cell.is_empty())
    }

    /// In the file, from 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// What is wrong with it.
    pub fn wrong(&self, why: &dyn Display) -> Trouble {
        self.table.wrong(self.line(), why)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Table;

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("class.csv");
        fs::write(&path, "\u{feff}Name, ID\n\"Li,\nAl\",al\n,bob\nshort\n").unwrap();
        let table = Table::read(&path).unwrap();
        let id = table.need("id").unwrap();
        let rows: Vec<(u64, Option<String>)> =
            table.rows().map(|r| (r.line(), r.cell(id).map(str::to_owned))).collect();
        assert_eq!(rows, [(2, Some("al".into())), (4, Some("bob".into())), (5, None)]);
        let trouble = table.rows().nth(1).unwrap().wrong(&"no");
        assert_eq!((trouble.code, trouble.message), (2, format!("{}:4: no", path.display())));
        let trouble = table.need("path").unwrap_err();
        assert!(trouble.message.contains("class.csv:1: "), "{}", trouble.message);
        assert!(table.column("nothing").is_none());
        assert_eq!(Table::read(&dir.path().join("none.csv")).map_err(|e| e.code).err(), Some(2));
    }
}
