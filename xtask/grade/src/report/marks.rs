//! Marks as a table, for a spreadsheet: one row a submission, and nothing that a student wrote.

use xtask::workbook::{Outcome, Trouble};

use super::File;
use crate::result::Grade;

/// An empty cell is a mark that is not known; a zero is a zero.
pub fn file(grades: &[Grade]) -> Outcome<File> {
    let katas = Grade::katas_of(grades);
    let mut rows = Vec::new();
    let mut header: Vec<String> =
        ["id", "score", "max", "core", "core_max"].map(str::to_owned).into();
    for kata in &katas {
        header.extend([(*kata).to_owned(), format!("{kata}_status"), format!("{kata}_flags")]);
    }
    header
        .extend(["submitted_at", "graded_at", "sandbox", "previous", "reason"].map(str::to_owned));
    rows.push(header);
    for grade in grades {
        let (core, core_max) = core(grade);
        let mut row = vec![grade.submission.id.clone(), cell(grade.score), grade.max.to_string()];
        row.extend([cell(core), core_max.to_string()]);
        for kata in &katas {
            row.extend(grade.kata(kata).map_or_else(
                || [String::new(), String::new(), String::new()],
                |k| [cell(k.score), k.status.to_string(), k.flags.join(" ")],
            ));
        }
        let previous = grade.previous.as_ref();
        row.extend([
            grade.submission.submitted_at.clone().unwrap_or_default(),
            grade.graded_at.clone(),
            grade.tool.sandbox.clone(),
            previous.map(|p| cell(p.score)).unwrap_or_default(),
            previous.map(|p| p.reason.clone()).unwrap_or_default(),
        ]);
        rows.push(row);
    }
    Ok(File::new("marks.csv", table(&rows)?))
}

/// What the core steps give, and could give: deep steps are offered on top, and whether they count
/// is the course's to say.
fn core(grade: &Grade) -> (Option<u64>, u64) {
    let steps = || grade.katas.iter().flat_map(|k| &k.steps).filter(|s| s.core);
    let score = grade.score.and_then(|_| steps().map(|s| s.score).sum());
    (score, steps().map(|s| s.max).sum())
}

fn cell(score: Option<u64>) -> String {
    score.map(|s| s.to_string()).unwrap_or_default()
}

/// Rows as CSV.
pub fn table(rows: &[Vec<String>]) -> Outcome<String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let wrong = |e: &dyn std::fmt::Display| Trouble::new(e.to_string());
    for row in rows {
        writer.write_record(row).map_err(|e| wrong(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| wrong(&e))?;
    Ok(String::from_utf8(bytes).expect("made of strings"))
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    #[test]
    fn a_mark_that_is_not_known_is_empty_and_no_zero() {
        let text = super::file(&[sample::grade(), sample::open()]).unwrap().text;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        assert_eq!(&header[5], "k02");
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((&rows[0][0], &rows[0][1], &rows[0][2]), ("alice", "2", "5"));
        assert_eq!((&rows[0][3], &rows[0][4]), ("2", "4"), "the third step is deep");
        assert_eq!((&rows[0][5], &rows[0][6]), ("2", "fail"));
        assert_eq!((&rows[1][0], &rows[1][1], &rows[1][6]), ("bob", "", "infra_error"));
        assert_eq!((&rows[1][3], &rows[1][4]), ("", "4"));
    }
}
