//! One file a command.

pub mod doctor;
pub mod merge;
pub mod regrade;
pub mod run;
