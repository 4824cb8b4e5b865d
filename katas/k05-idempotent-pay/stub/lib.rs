//! Kata 5, `POST /pay` with `Idempotency-Key`: a payment that is asked for twice.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. You write plain SQL
//! with `tokio_postgres` and a plain axum handler. The suite runs them on a PostgreSQL of its own
//! and on a payment gateway that counts what it does, and kills them wherever they can die. The
//! tables are in `given/src/tables.rs`, the ports in `given/src/pay.rs` and `given/src/claim.rs`.

#![allow(dead_code, unused_variables)]

pub mod s1_observe;
pub mod s2_key;
pub mod s3_claim;
pub mod s4_endpoint;
pub mod s5_client;
pub mod s6_leases;
pub mod s7_recovery;
