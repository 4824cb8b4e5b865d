//! The suite of kata 4: one module a step, each `#[suite::test]` one behaviour.

mod attempts;
mod crowd;
mod desk;
mod queries;
mod say;
mod shop;

mod s1_naive;
mod s2_conditional;
mod s3_locked;
mod s4_versioned;
mod s5_carts;
mod s6_reservations;
