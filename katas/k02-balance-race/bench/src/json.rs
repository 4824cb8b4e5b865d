//! `trece-bench/v1`.

use bench_lab::{Columns, Lang, Machine, Options, Rate, Report, Spread};
use jzon::{JsonValue, object};

use crate::facade::Facade;
use crate::series::Results;
use crate::words;

/// How the document calls what all benches have.
pub const COLUMNS: Columns = Columns { way: "strategy", concurrency: "threads", keys: "accounts" };

/// Everything that was measured. A way that was found wrong has no number at any point: what its
/// sound runs counted was the speed of wrong code.
pub fn report(
    options: &Options,
    machine: &Machine,
    others: Option<f64>,
    facade: &Facade,
    results: &Results,
) -> JsonValue {
    let facade = object! { "lock": facade.lock.json(), "cas": facade.atomic.json() };
    Report::new("k02", options, machine, Some(others)).with("facade_to_std", facade).finish(
        COLUMNS,
        results,
        |entry, cell| {
            entry["ops"] = cell.sample.requests.into();
            entry["seconds"] = cell.sample.seconds.into();
            entry["ops_per_second"] = cell.sample.rate().into();
            entry["ratio_to_lock"] = cell.ratio.map(Spread::json).into();
        },
        |trouble| words::of(Lang::En).trouble(trouble),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::{facade, machine, options, results};
    use crate::trouble::{Trouble, Wrong};

    #[test]
    fn each_way_has_an_entry_at_each_point() {
        let options = options(&["--points", "2x1"]);
        let report = report(&options, &machine(), Some(0.5), &facade(), &results(&options));
        assert_eq!(report["schema"], "trece-bench/v1");
        assert_eq!(report["machine"]["cores"], 2);
        assert_eq!(report["machine"]["others_share"], 0.5);
        let points = report["points"].as_array().expect("a list");
        assert_eq!(points.len(), 4);
        assert_eq!(points[0]["strategy"], "lock");
        assert_eq!(points[0]["ops"], 50_000_000);
        assert_eq!(points[1]["ratio_to_lock"]["median"], 1.5);
        assert_eq!(points[2]["status"], "not_written");
        assert!(points[2].get("ops").is_none());
        assert_eq!(points[3]["threads"], 2);
    }

    #[test]
    fn wrong_code_has_no_number_anywhere() {
        let options = options(&["--points", "2x1"]);
        let mut results = results(&options);
        results.troubles[1] = Some(Trouble::Wrong(Wrong::Sum { expected: 10, found: 9 }));
        let report = report(&options, &machine(), Some(0.5), &facade(), &results);
        let cas = &report["points"][1];
        assert_eq!(cas["status"], "wrong_sum");
        assert!(cas.get("ops_per_second").is_none());
        assert_eq!(report["sound"], false);
    }
}
