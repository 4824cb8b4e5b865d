//! Kata 4, over-selling: the last item, and two customers.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. You write plain SQL
//! with `tokio_postgres`, and the suite runs it on a PostgreSQL of its own, in every order in which
//! two sessions can meet. The tables are in `given/src/tables.rs`.

#![allow(dead_code, unused_variables)]

pub mod s1_naive;
pub mod s2_conditional;
pub mod s3_locked;
pub mod s4_versioned;
pub mod s5_carts;
pub mod s6_reservations;
