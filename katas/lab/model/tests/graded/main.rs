//! Models as the runner runs them: one process a test, a request on standard input, and what the
//! process leaves behind. The tests in `cases` are run by those in `runner`; by themselves, in a
//! plain `cargo test`, they do nothing.

mod cases;
mod runner;
