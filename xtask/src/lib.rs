//! What every command of the runner stands on, and so what grading a class in its own package
//! stands on: the workbook, the one path from a submission to its verdict, words and terminal.

pub mod common;
pub mod engine;
pub mod files;
pub mod help;
pub mod terminal;
pub mod toml;
pub mod words;
pub mod workbook;
