//! Step 1: see it break.
//!
//! [`k05_given::naive::pay_naive`] looks whether an order is paid, charges, and writes it down:
//!
//! ```text
//! 1  SELECT the charge of this order     on record? then it is the answer
//! 2  gateway.charge(order, cents)
//! 3  INSERT the charge
//! 4  answer
//! ```
//!
//! Nobody reads further than "and looks whether it is paid first". You do.

use k05_given::naive::Break;

/// Your prediction: how often the customer is charged, when the process dies at this point, the
/// client gets no answer and asks again, and a second process runs all four lines.
pub fn charges(at: Break) -> usize {
    todo!("what is on record by then, and what has the gateway done?")
}

/// An order of steps in which two requests for the same order, A and B, are both charged: nobody
/// dies, somebody has clicked twice.
///
/// Written as a replay code: `A3.B` lets A run three steps, then B one. Lines 1, 2 and 3 are a step
/// each. Where the code ends, whoever ran last goes on to the end, and then the other.
pub fn double_click() -> &'static str {
    todo!("who runs first, who next, and how many steps?")
}
