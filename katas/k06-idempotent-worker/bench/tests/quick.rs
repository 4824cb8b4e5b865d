//! What `bench_lab::quick` asks of every bench.

use bench_lab::quick::Quick;

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k06-bench"),
    way: "memory",
    ways: &["none", "inbox"],
    number: "messages",
    point: "2x10",
    server: true,
};

bench_lab::quick_tests!(BENCH);
