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

bench_lab::quick_tests!(BENCH);
