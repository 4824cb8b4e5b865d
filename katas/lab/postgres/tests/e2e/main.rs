//! The private cluster from outside: processes that use it, are killed, and come back.
//!
//! What is destructive has a workspace of its own, in a folder that looks like one: a target
//! folder of cargo's with this very binary in it. [`fixtures`] are what the processes do; they are
//! tests of this binary that do it only when [`process`] asks for it.
#![cfg(unix)]

mod cluster;
mod crash;
mod exploring;
mod fixtures;
mod keeper;
mod pool;
mod process;
mod suites;
mod users;
mod workspace;
