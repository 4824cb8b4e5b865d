//! The suite of kata 5: one module a step, each `#[suite::test]` one behaviour.

mod desk;
mod keys;
mod ports;
mod rows;
mod say;
mod server;

mod s1_observe;
mod s2_key;
mod s3_claim;
mod s4_endpoint;
mod s5_client;
mod s6_leases;
mod s7_recovery;
