//! The learner's notebook: a page a kata and a page a month, `notebook/k02.md`.
//!
//! A page is the learner's own text with generated parts in it (`page`). What goes into those
//! parts is looked up in the workbook (`made`, `excerpt`, `measured`) and laid out by `of_kata` and
//! `of_month`; `shelf` writes a page and keeps what would be lost.

mod excerpt;
mod made;
mod measured;
mod of_kata;
mod of_month;
mod page;
mod shelf;

pub use measured::Measured;
pub use of_kata::{parts as parts_of_kata, skeleton as skeleton_of_kata};
pub use of_month::{Answered, Brought, parts as parts_of_month, skeleton as skeleton_of_month};
pub use shelf::{Shelf, Written};
