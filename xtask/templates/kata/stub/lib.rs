//! @HEADING@
//!
//! One module a step, in this order; `cargo xtask check` says which is next.

#![allow(dead_code, unused_variables)]

pub mod s1_first;
