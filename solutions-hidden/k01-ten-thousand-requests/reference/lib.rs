//! Kata 1, ten thousand requests: many at once, never too many, and honest numbers about them.

pub mod s1_measure;
pub mod s2_bounded;
pub mod s3_isolated;
pub mod s4_pool;
pub mod s5_deadlines;
pub mod s6_cancel;
