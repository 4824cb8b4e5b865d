//! What `bench_lab::quick` asks of every bench.

use bench_lab::quick::Quick;

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k05-bench"),
    way: "service",
    ways: &["without", "with_keys"],
    number: "requests",
    point: "1x3",
    server: true,
};

#[test]
fn json_has_a_verdict_for_each_way() {
    BENCH.json_has_a_verdict_for_each_way();
}

#[test]
fn the_table_stays_within_80_columns() {
    BENCH.the_table_stays_within_80_columns();
}

#[test]
fn wrong_arguments_are_named() {
    BENCH.wrong_arguments_are_named();
}

#[test]
fn what_was_measured_is_kept() {
    BENCH.what_was_measured_is_kept();
}
