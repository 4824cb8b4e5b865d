//! Kata 2, balance race: two withdrawals, one balance.
//!
//! One module a step, in this order; `cargo xtask check` says which is next. Before step 1, run
//! `cargo xtask play k02` and be the scheduler yourself.
//!
//! Steps 2, 3, 5 and 7 take their locks and atomics from [`sync`], not from `std::sync`: it has the
//! same names and behaves the same, and the suite can put it under a model checker that tries
//! every order in which your threads can meet.

#![allow(dead_code, unused_variables)]

pub use model::{hint, sync, thread};

pub mod s1_observe;
pub mod s2_lock;
pub mod s3_bank;
pub mod s4_actor;
pub mod s5_cas;
pub mod s6_thread_actor;
pub mod s7_fraud_check;
