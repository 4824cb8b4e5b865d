//! Kata 0, orders: a service of which there are two.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. Orders, the journal
//! that keeps them, clock and mail are in `given/src/`.

pub mod s1_effects;
pub mod s2_core;
pub mod s3_shell;
pub mod s4_http;
