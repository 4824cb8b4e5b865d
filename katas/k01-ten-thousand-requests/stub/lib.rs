//! Kata 1, ten thousand requests: many at once, never too many, and honest numbers about them.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. How a job ends, and
//! what a measurement says, is in `given/src/`. The crates `hdrhistogram`, `rayon` and `tokio` are
//! there to be used.

#![allow(dead_code, unused_variables)]

pub mod s1_measure;
pub mod s2_bounded;
pub mod s3_isolated;
pub mod s4_pool;
pub mod s5_deadlines;
pub mod s6_cancel;
