//! The explorer over a real PostgreSQL.
//!
//! `TRECE_LONG=1` makes the repetitions those of the design: 20 idle, 20 loaded, 200 programs.

mod anomalies;
mod bank;
mod faults;
mod figures;
mod free;
mod playing;
mod ports;
mod random;
mod refused;
mod repeat;
mod statements;
mod verdicts;

/// How often, in a normal run and in a long one.
fn times(normal: usize, long: usize) -> usize {
    if std::env::var_os("TRECE_LONG").is_some() { long } else { normal }
}
