//! Who is in the class, and where each one's work lies.
//!
//! A CSV with a header. `id` and `source` are needed, `branch` and `submitted_at` are read where
//! they are; other columns are the course's own. A source is a remote of git, or an archive
//! (`.zip`, `.tar.gz`, `.tgz`, `.tar`), relative to the roster. Several rows of one id are several
//! submissions of one student: the last one before the deadline counts.

use std::path::Path;
use std::time::SystemTime;

use xtask::t;
use xtask::workbook::Outcome;

use crate::intake::identified;
use crate::table::Table;

/// One student.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub id: String,
    /// None where nothing was handed in before the deadline.
    pub source: Option<String>,
    pub branch: Option<String>,
    pub submitted_at: Option<SystemTime>,
}

/// The class, each student once, in the order of the roster.
pub fn read(path: &Path, until: SystemTime) -> Outcome<Vec<Row>> {
    let table = Table::read(path)?;
    let (id, source) = (table.need("id")?, table.need("source")?);
    let (branch, submitted) = (table.column("branch"), table.column("submitted_at"));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut rows: Vec<Row> = Vec::new();
    for row in table.rows() {
        let Some(id) = row.cell(id) else { continue };
        let id = identified(id).map_err(|e| row.wrong(&e.message))?;
        let submitted_at = row
            .cell(submitted)
            .map(|text| {
                humantime::parse_rfc3339_weak(text)
                    .map_err(|_| row.wrong(&t!("collect.bad_instant", id = id, instant = text)))
            })
            .transpose()?;
        let late = submitted_at.is_some_and(|at| at > until);
        let source = row.cell(source).filter(|_| !late).map(|source| from(folder, source));
        let branch = row.cell(branch).map(str::to_owned);
        add(&mut rows, Row { id, source, branch, submitted_at });
    }
    Ok(rows)
}

/// Of two submissions of one student the later one counts, and one that counts before none.
fn add(rows: &mut Vec<Row>, row: Row) {
    let Some(old) = rows.iter_mut().find(|r| r.id == row.id) else { return rows.push(row) };
    let later = row.submitted_at >= old.submitted_at;
    if row.source.is_some() && (old.source.is_none() || later) {
        *old = row;
    }
}

/// A source as it is used from anywhere: an archive is relative to the roster.
fn from(folder: &Path, source: &str) -> String {
    match archive(source) {
        Some(_) => folder.join(source).to_string_lossy().into_owned(),
        None => source.to_owned(),
    }
}

/// The ending of an archive; none for a remote.
pub fn archive(source: &str) -> Option<&'static str> {
    let source = source.to_lowercase();
    ["tar.gz", "tgz", "tar", "zip"].into_iter().find(|e| source.ends_with(&format!(".{e}")))
}
