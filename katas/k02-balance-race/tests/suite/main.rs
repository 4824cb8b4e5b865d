//! The suite of kata 2: one module a step, each `#[suite::test]` one behaviour.

mod accounts;
mod callers;
mod checks;
mod say;

mod s1_observe;
mod s2_lock;
mod s3_bank;
mod s4_actor;
mod s5_cas;
mod s6_thread_actor;
mod s7_fraud_check;
