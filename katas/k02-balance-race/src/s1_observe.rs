//! Step 1: see it break.

use k02_given::Who;

/// An order of moves after which the bank has paid out money that it did not have.
///
/// Two threads withdraw 70 each from a balance of 100, both by this program:
///
/// ```text
/// 1  let seen = balance;
/// 2  if seen < 70 { refuse }
/// 3  balance = seen - 70; pay out 70
/// ```
///
/// `balance` is shared, `seen` is each thread's own. One `Who` in the answer lets that thread
/// run its next line. Every thread must come to its end: after its line 3, or after a refusal in
/// line 2. `cargo xtask play k02` lets you try it by hand.
pub fn losing_schedule() -> Vec<Who> {
    todo!("who moves first, who next, until both have finished?")
}
