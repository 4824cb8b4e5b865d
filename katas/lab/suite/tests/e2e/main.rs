//! The harness from outside: each fixture is run as the runner runs a test, in a process of its
//! own with a request on standard input, and judged by what it leaves behind.
//!
//! The fixtures are tests of this very binary. They do what they are named after only when
//! [`child`] asks for it; in an ordinary run they return at once.

mod child;
mod diagnoses;
mod fixtures;
mod holds;
mod receipts;
mod sweeps;
