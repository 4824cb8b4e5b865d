use xtask::workbook::{Outcome, Trouble};

use crate::cli::Merge;

pub fn run(_options: &Merge) -> Outcome<u8> {
    Err(Trouble::new("under construction"))
}
