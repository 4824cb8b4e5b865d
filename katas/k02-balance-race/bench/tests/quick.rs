//! The program as the runner calls it, on whatever the learner's tree holds: steps that are not
//! written yet must not disturb the others.

use std::process::{Command, Output};

fn bench(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_k02-bench"))
        .args(args)
        .env("LC_ALL", "C")
        .env_remove("TRECE_LANG")
        .output()
        .expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn json_has_a_verdict_for_each_way() {
    let output = bench(&["--quick", "--points", "2x1", "--json"]);
    let json = String::from_utf8(output.stdout).expect("JSON is text");
    let report = jzon::parse(&json).expect("JSON alone on stdout");
    assert_eq!(report["schema"], "trece-bench/v1");
    let points = report["points"].as_array().expect("a list");
    let names: Vec<_> = points.iter().map(|p| p["strategy"].as_str().expect("a name")).collect();
    assert_eq!(names, ["lock", "cas", "crossbeam_actor", "tokio_actor"]);
    for point in points {
        let measured = point["status"] == "measured";
        assert_eq!(measured, point["ops"].as_u64().is_some(), "{point}");
        assert_eq!(measured, point.get("message").is_none(), "{point}");
    }
    assert_eq!(output.status.success(), report["sound"] == true);
    assert!(output.stderr.is_empty(), "no progress line into a pipe");
}

#[test]
fn the_table_stays_within_80_columns() {
    let told = said(&bench(&["--quick", "--points", "1x2", "--lang", "es"]));
    assert!(told.contains("2 cuentas"), "{told}");
    for line in told.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    let output = bench(&["--fast"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--fast"));
    assert!(said(&bench(&["--help"])).contains("--points"));
}
