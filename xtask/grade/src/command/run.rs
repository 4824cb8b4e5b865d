use xtask::workbook::{Outcome, Trouble};

use crate::cli::Run;

pub fn run(_options: &Run) -> Outcome<u8> {
    Err(Trouble::new("under construction"))
}
