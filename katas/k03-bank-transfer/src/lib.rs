//! Kata 3, bank transfer: money between two statements.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. From step 2 on you
//! write plain SQL with `tokio_postgres`, and the suite runs it on a PostgreSQL of its own, in
//! every order in which two sessions can meet.

#![allow(dead_code, unused_variables)]

pub mod s1_observe;
pub mod s2_all_or_nothing;
pub mod s3_two_at_once;
pub mod s4_schema;
pub mod s5_retry;
pub mod s6_catalogue;
