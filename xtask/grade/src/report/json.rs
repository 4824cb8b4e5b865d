//! All grades in one native document, `trece-grades/v1`: a list of `trece-grade/v1`.

use serde::Serialize;
use xtask::workbook::{Outcome, Trouble};

use super::File;
use crate::result::Grade;

#[derive(Serialize)]
struct Class<'a> {
    schema: &'a str,
    grades: &'a [Grade],
}

pub fn file(grades: &[Grade]) -> Outcome<File> {
    let class = Class { schema: "trece-grades/v1", grades };
    let text = serde_json::to_string_pretty(&class).map_err(|e| Trouble::new(e.to_string()))?;
    Ok(File::new("grades.json", text + "\n"))
}

#[cfg(test)]
mod tests {
    use crate::report::sample;
    use crate::result::Grade;

    #[test]
    fn the_native_document_reads_back() {
        let grades = [sample::grade(), sample::open()];
        let text = super::file(&grades).unwrap().text;
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["schema"], "trece-grades/v1");
        let back: Vec<Grade> = serde_json::from_value(json["grades"].clone()).unwrap();
        assert_eq!(back, grades);
    }
}
