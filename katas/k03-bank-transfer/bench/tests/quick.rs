//! The program as the runner calls it, on whatever the learner's tree holds. Without PostgreSQL it
//! says so and fails.

use std::process::{Command, Output};

use jzon::{JsonValue, object};

fn bench(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_k03-bench"))
        .args(args)
        .env("LC_ALL", "C")
        .env_remove("TRECE_LANG")
        .output()
        .expect("the program runs")
}

/// JSON alone on standard output; nothing without PostgreSQL, and that must have been said.
fn document(output: &Output) -> Option<JsonValue> {
    if output.stdout.is_empty() {
        assert!(!output.stderr.is_empty(), "no PostgreSQL, and that is said");
        return None;
    }
    let json = String::from_utf8_lossy(&output.stdout);
    Some(jzon::parse(&json).expect("JSON alone on stdout"))
}

/// The rows of PostgreSQL in the readme of github.com/ept/hermitage, tried there on 9.3.5.
#[test]
fn the_grid_is_that_of_hermitage() {
    let anomalies = ["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "P4", "G-single", "G2-item", "G2"];
    let row = |prevented: usize| {
        let verdict = |n| if n < prevented { "prevented" } else { "possible" };
        JsonValue::Object((0..).zip(anomalies).map(|(n, name)| (name, verdict(n))).collect())
    };
    let Some(found) = document(&bench(&["--grid", "--json"])) else { return };
    let hermitage = object! {
        "grid": { "READ COMMITTED": row(5), "REPEATABLE READ": row(8), "SERIALIZABLE": row(10) }
    };
    assert_eq!(found, hermitage);
}

#[test]
fn json_has_a_verdict_for_each_level() {
    let output = bench(&["--quick", "--points", "2x2", "--json"]);
    let Some(report) = document(&output) else { return };
    assert_eq!(report["schema"], "trece-bench/v1");
    let points = report["points"].as_array().expect("a list");
    let names: Vec<_> = points.iter().map(|p| p["isolation"].as_str().expect("a name")).collect();
    assert_eq!(names, ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]);
    for point in points {
        let measured = point["status"] == "measured";
        assert_eq!(measured, point["transfers"].as_u64().is_some(), "{point}");
    }
    assert_eq!(output.status.success(), report["sound"] == true);
}

#[test]
fn the_table_stays_within_80_columns() {
    let told = bench(&["--quick", "--points", "1x2", "--lang", "es"]).stdout;
    let told = String::from_utf8(told).expect("UTF-8");
    for line in told.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    let output = bench(&["--fast"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--fast"));
}
