use xtask::workbook::{Outcome, Trouble};

use crate::cli::Doctor;

pub fn run(_options: &Doctor) -> Outcome<u8> {
    Err(Trouble::new("under construction"))
}
