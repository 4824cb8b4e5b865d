//! What `bench_lab::quick` asks of every bench.

use bench_lab::quick::Quick;

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k04-bench"),
    way: "strategy",
    ways: &["conditional", "locked", "versioned", "serializable"],
    number: "sales",
    point: "2x1",
    server: true,
};

bench_lab::quick_tests!(BENCH);
