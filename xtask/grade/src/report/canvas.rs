//! Marks for the gradebook of Canvas, as the CSV that it imports.
//!
//! Canvas finds a column by its header, `Name (number)`, and makes a new assignment of a header
//! that it does not know. So the columns, and the rows, are best those of the course's own export.

use std::path::Path;

use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use super::{File, marks};
use crate::result::Grade;

/// What says who a row is about. Canvas asks for all of them.
const IDENTITY: [&str; 5] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
/// Of the row under the header, leading spaces included.
const POINTS: &str = "    Points Possible";

/// `gradebook` is the file that Canvas exported: its students and its assignment columns are taken,
/// those columns that name a kata are filled, and all others left out, which leaves them alone.
/// Without it, students are known by their id as SIS login, and each kata is a new assignment.
pub fn file(grades: &[Grade], gradebook: Option<&Path>) -> Outcome<File> {
    let rows = match gradebook {
        Some(path) => filled(grades, path)?,
        None => made(grades),
    };
    Ok(File::new("canvas.csv", marks::table(&rows)?))
}

fn made(grades: &[Grade]) -> Vec<Vec<String>> {
    let katas = Grade::katas_of(grades);
    let identity = IDENTITY.map(str::to_owned);
    let header = identity.into_iter().chain(katas.iter().map(|k| format!("Kata {}", number(k))));
    let mut rows = vec![header.collect(), points(grades, &katas)];
    for grade in grades {
        let id = &grade.submission.id;
        let mut row = vec![id.clone(), String::new(), String::new(), id.clone(), String::new()];
        row.extend(katas.iter().map(|kata| score(grade, kata)));
        rows.push(row);
    }
    rows
}

fn filled(grades: &[Grade], path: &Path) -> Outcome<Vec<Vec<String>>> {
    let wrong = |e: &dyn std::fmt::Display| Trouble::file(path, e);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(|e| wrong(&e))?;
    let header = reader.headers().map_err(|e| wrong(&e))?.clone();
    let column = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
    let identity: Vec<Option<usize>> = IDENTITY.iter().map(|name| column(name)).collect();
    if identity[0].is_none() {
        return Err(Trouble::file(path, &t!("report.no_gradebook")));
    }
    let katas = Grade::katas_of(grades);
    let named: Vec<(&str, &str)> =
        katas.iter().filter_map(|k| Some((header.iter().find(|h| names(h, k))?, *k))).collect();
    if named.is_empty() {
        return Err(Trouble::file(path, &t!("report.no_columns", katas = katas.join(", "))));
    }
    let ids: Vec<&str> = named.iter().map(|(_, kata)| *kata).collect();
    let titles = named.iter().map(|(title, _)| (*title).to_owned());
    let mut rows =
        vec![IDENTITY.map(str::to_owned).into_iter().chain(titles).collect(), points(grades, &ids)];
    for record in reader.records() {
        let record = record.map_err(|e| wrong(&e))?;
        let who: Vec<String> = identity
            .iter()
            .map(|at| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned())
            .collect();
        let of = |grade: &&Grade| who[1..4].contains(&grade.submission.id);
        if let Some(grade) = grades.iter().find(of) {
            rows.push(who.into_iter().chain(ids.iter().map(|k| score(grade, k))).collect());
        }
    }
    Ok(rows)
}

/// Does the header of a column name this kata: `Kata 3 (123)`, `k03 Bank transfer (123)`?
fn names(header: &str, kata: &str) -> bool {
    let header = header.to_lowercase();
    let words: Vec<&str> = header.split(|c: char| !c.is_alphanumeric()).collect();
    words.contains(&kata) || words.windows(2).any(|pair| pair == ["kata", number(kata)])
}

/// `3` of `k03`; `9b` of `k09b`.
fn number(kata: &str) -> &str {
    let number = kata.trim_start_matches('k').trim_start_matches('0');
    if number.is_empty() { "0" } else { number }
}

fn points(grades: &[Grade], katas: &[&str]) -> Vec<String> {
    let max = |id: &&str| grades.iter().find_map(|g| g.kata(id)).map_or(0, |k| k.max).to_string();
    let identity = [POINTS, "", "", "", ""].map(str::to_owned);
    identity.into_iter().chain(katas.iter().map(max)).collect()
}

/// Empty where there is none: Canvas then changes nothing.
fn score(grade: &Grade, kata: &str) -> String {
    grade.kata(kata).and_then(|k| k.score).map(|s| s.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{file, names};
    use crate::report::sample;

    /// As Canvas exports it, with columns that are not ours.
    const EXPORT: &str = "\u{feff}Student,ID,SIS User ID,SIS Login ID,Section,Essay (7),Kata 2 (123),Final Score\n    Points Possible,,,,,10,5,(read only)\n\"Liddell, Alice\",42,S1,alice,A1,9,,80\n\"Nobody, Ned\",43,S2,ned,A1,9,,80\n\"Builder, Bob\",44,bob,b@x.org,A1,,,\n";

    #[test]
    fn the_courses_own_columns_are_filled_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gradebook.csv");
        std::fs::write(&path, EXPORT).unwrap();
        let text = file(&[sample::grade(), sample::open()], Some(&path)).unwrap().text;
        assert_eq!(
            text,
            "Student,ID,SIS User ID,SIS Login ID,Section,Kata 2 (123)\n    Points Possible,,,,,5\n\"Liddell, Alice\",42,S1,alice,A1,2\n\"Builder, Bob\",44,bob,b@x.org,A1,\n"
        );
        std::fs::write(&path, "id,score\nalice,3\n").unwrap();
        assert!(file(&[sample::grade()], Some(&path)).is_err());
    }

    #[test]
    fn without_a_gradebook_the_documented_header_stands() {
        let text = file(&[sample::grade()], None).unwrap().text;
        assert_eq!(
            text,
            "Student,ID,SIS User ID,SIS Login ID,Section,Kata 2\n    Points Possible,,,,,5\nalice,,,alice,,2\n"
        );
    }

    #[test]
    fn a_column_names_a_kata_by_its_number_or_its_id() {
        for (header, kata) in [
            ("Kata 3 (123)", "k03"),
            ("k03 Bank transfer (9)", "k03"),
            ("KATA 9b (1)", "k09b"),
            ("Kata 0: Orders (1)", "k00"),
        ] {
            assert!(names(header, kata), "{header}");
        }
        for (header, kata) in [("Kata 13 (3)", "k03"), ("Essay (3)", "k03"), ("Kata 3 (1)", "k13")]
        {
            assert!(!names(header, kata), "{header}");
        }
    }
}
