//! What `bench_lab::quick` asks of every bench.

use bench_lab::quick::Quick;
use jzon::{JsonValue, object};

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k03-bench"),
    way: "isolation",
    ways: &["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"],
    number: "transfers",
    point: "2x2",
    server: true,
};

bench_lab::quick_tests!(BENCH);

/// The rows of PostgreSQL in the readme of github.com/ept/hermitage, tried there on 9.3.5.
#[test]
fn the_grid_is_that_of_hermitage() {
    let anomalies = ["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "P4", "G-single", "G2-item", "G2"];
    let row = |prevented: usize| {
        let verdict = |n| if n < prevented { "prevented" } else { "possible" };
        JsonValue::Object((0..).zip(anomalies).map(|(n, name)| (name, verdict(n))).collect())
    };
    let Some((_, told)) = BENCH.told(&["--grid", "--json"]) else { return };
    let found = jzon::parse(&told).expect("JSON alone on stdout");
    let hermitage = object! {
        "grid": { "READ COMMITTED": row(5), "REPEATABLE READ": row(8), "SERIALIZABLE": row(10) }
    };
    assert_eq!(found, hermitage);
}
