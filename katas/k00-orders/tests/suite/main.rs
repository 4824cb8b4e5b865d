//! The suite of kata 0: one module a step, each `#[suite::test]` one behaviour.

mod desk;
mod line;
mod orders;
mod replica;
mod requests;
mod rules;
mod shop;
mod yielding;

mod s1_effects;
mod s2_core;
mod s3_shell;
mod s4_http;
