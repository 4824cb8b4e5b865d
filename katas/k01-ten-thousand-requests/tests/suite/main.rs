//! The suite of kata 1: one module a step, each `#[suite::test]` one behaviour.

mod connection;
mod jobs;
mod numbers;
mod threads;

mod s1_measure;
mod s2_bounded;
mod s3_isolated;
mod s4_pool;
mod s5_deadlines;
mod s6_cancel;
