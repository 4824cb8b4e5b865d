//! `trece-bench/v1`, the document that `--json` gives.

use jzon::{JsonValue, object};

use crate::{Bench, Cell, Machine, Options, Point, Results, Trouble, Way};

/// The names that a bench gives to what all have.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Of [`Way::key`], such as `strategy`.
    pub way: &'static str,
    /// Of [`Point::concurrency`], such as `clients`.
    pub concurrency: &'static str,
    /// Of [`Point::keys`], such as `items`.
    pub keys: &'static str,
}

/// Everything that was measured, under construction.
pub struct Report {
    document: JsonValue,
}

impl Report {
    /// The head: what was measured, how long and how often, and where.
    ///
    /// `others`: what other programs had of the machine ([`crate::Others::share`]), where the bench
    /// asked; it may have been told nothing.
    pub fn new(
        kata: &str,
        options: &Options,
        machine: &Machine,
        others: Option<Option<f64>>,
    ) -> Self {
        let mut on = machine.json();
        if let Some(share) = others {
            on["others_share"] = share.into();
        }
        on["optimised"] = machine.optimised.into();
        let document = object! {
            "schema": "trece-bench/v1",
            "kata": kata,
            "quick": options.quick,
            "rounds": options.effort.rounds,
            "seconds_per_run": options.effort.run.as_secs_f64(),
            "machine": on,
        };
        Self { document }
    }

    /// Something that this bench alone has.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<JsonValue>) -> Self {
        self.document[key] = value.into();
        self
    }

    /// The document, with an entry for each way at each point.
    ///
    /// `measured` adds a cell's numbers to its entry. A way that was found wrong has no number at
    /// any point, but the name of its trouble and a message in English, by `explained`.
    pub fn finish<B: Bench>(
        self,
        columns: Columns,
        results: &Results<B>,
        measured: impl Fn(&mut JsonValue, &Cell<B::Sample>),
        explained: impl Fn(&Trouble<B::Wrong>) -> String,
    ) -> JsonValue {
        let mut points = Vec::new();
        for row in &results.rows {
            for &way in B::Way::ALL {
                let mut entry = entry(columns, way, row.point);
                match (results.cell(row, way), results.trouble(way)) {
                    (Some(cell), _) => measured(&mut entry, cell),
                    (None, trouble) => {
                        entry["status"] =
                            trouble.map_or("not_measured", |trouble| trouble.key()).into();
                        entry["message"] = trouble.map(&explained).into();
                    }
                }
                points.push(entry);
            }
        }
        self.with("sound", results.sound()).with("points", points).document
    }
}

fn entry(columns: Columns, way: impl Way, point: Point) -> JsonValue {
    let mut entry = object! {};
    entry[columns.way] = way.key().into();
    if let Some(step) = way.step() {
        entry["step"] = step.into();
    }
    entry[columns.concurrency] = point.concurrency.into();
    entry[columns.keys] = point.keys.into();
    entry["status"] = "measured".into();
    entry
}
