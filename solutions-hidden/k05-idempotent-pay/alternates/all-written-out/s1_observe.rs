//! Step 1: see it break.

use k05_given::naive::Break;

/// Between the charge and its record, the record says "not paid" of something that is.
pub fn charges(at: Break) -> usize {
    match at {
        Break::BeforeLook | Break::BeforeCharge | Break::AfterInsert => 1,
        Break::AfterCharge | Break::BeforeInsert => 2,
    }
}

/// Both look before either writes.
pub fn double_click() -> &'static str {
    "A.B2.A2.B"
}
