//! Kata 6, the idempotent worker: every message may come twice.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. You write plain SQL
//! with `tokio_postgres`, and talk to a broker by the trait [`k06_given::Consumer`]. The suite plays
//! the broker, and lets the process die at every step. The tables are in `given/src/tables.rs`.

#![allow(dead_code, unused_variables)]

pub mod s1_observe;
pub mod s2_inbox;
pub mod s3_external;
pub mod s4_loop;
pub mod s5_versions;
pub mod s6_retention;
