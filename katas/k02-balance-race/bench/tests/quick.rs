//! What `bench_lab::quick` asks of every bench.

use bench_lab::quick::Quick;

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k02-bench"),
    way: "strategy",
    ways: &["lock", "cas", "crossbeam_actor", "tokio_actor"],
    number: "ops",
    point: "2x1",
    server: false,
};

bench_lab::quick_tests!(BENCH);
