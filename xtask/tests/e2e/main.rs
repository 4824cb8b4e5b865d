//! The real binary on a copy of the workbook: what a learner lives through.

mod book;
mod export;
mod feedback;
mod grid;
mod learner;
mod notebook;
mod robustness;
mod sessions;
mod submissions;
mod workbook;
