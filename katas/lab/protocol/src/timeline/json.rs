use jzon::{JsonValue, object};

use super::{Row, Table, Timeline};
use crate::{Malformed, Place, parse, text};

impl Timeline {
    /// `trece-timeline/v1`: `{"schema","lanes":[…],"rows":[{"lane","text","at","mark"}],
    /// "tables":[[[…]]],"notes":[…]}`; `at` is `{"file","line"}` or null.
    pub fn to_json(&self) -> String {
        self.json().pretty(2)
    }

    pub(crate) fn json(&self) -> JsonValue {
        let row = |r: &Row| {
            object! {
                "lane": r.lane,
                "text": r.text.as_str(),
                "at": r.at.as_ref().map(Place::json),
                "mark": r.mark.as_deref(),
            }
        };
        object! {
            "schema": "trece-timeline/v1",
            "lanes": &*self.lanes,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "tables": self.tables.iter().map(|t| t.rows.clone()).collect::<Vec<_>>(),
            "notes": &*self.notes,
        }
    }

    /// # Errors
    /// When `json` is not a timeline of this version, or a row names a lane that is not there.
    pub fn from_json(json: &str) -> Result<Self, Malformed> {
        Self::of(&parse(json)?)
    }

    pub(crate) fn of(value: &JsonValue) -> Result<Self, Malformed> {
        if value["schema"] != "trece-timeline/v1" {
            return Err(Malformed("not a trece-timeline/v1".into()));
        }
        let lanes = strings(&value["lanes"])?;
        let rows = list(&value["rows"])?
            .iter()
            .map(|row| {
                Ok(Row {
                    lane: row["lane"]
                        .as_usize()
                        .filter(|l| *l < lanes.len())
                        .ok_or_else(|| Malformed("a row names no lane".into()))?,
                    text: text(row, "text").unwrap_or_default(),
                    at: Place::of(&row["at"]),
                    mark: text(row, "mark"),
                })
            })
            .collect::<Result<_, Malformed>>()?;
        let tables = list(&value["tables"])?
            .iter()
            .map(|t| Ok(Table { rows: list(t)?.iter().map(strings).collect::<Result<_, _>>()? }))
            .collect::<Result<_, Malformed>>()?;
        Ok(Self { lanes, rows, tables, notes: strings(&value["notes"])? })
    }
}

fn list(value: &JsonValue) -> Result<&[JsonValue], Malformed> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| Malformed("a list is missing".into()))
}

fn strings(value: &JsonValue) -> Result<Vec<String>, Malformed> {
    list(value)?
        .iter()
        .map(|v| v.as_str().map(str::to_owned).ok_or_else(|| Malformed("not a text".into())))
        .collect()
}
