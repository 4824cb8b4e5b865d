//! The suite of kata 3: one module a step, each `#[suite::test]` one behaviour.

mod alone;
mod bank;
mod bodies;
mod lossy;
mod refused;
mod script;

mod s1_observe;
mod s2_all_or_nothing;
mod s3_two_at_once;
mod s4_schema;
mod s5_retry;
mod s6_catalogue;
