//! What kata 3 gives to the learner: transfers and how they end, a naive one with a process that
//! can be killed in the middle of it, and the words of the isolation catalogue.

mod catalogue;
pub mod half;
mod transfer;
mod tx;

pub use catalogue::{Example, Phenomenon};
pub use half::{Account, Books, Kill, Violation};
pub use transfer::{Discrepancy, Outcome, Transfer};
pub use tx::{Connect, TxError, TxFuture};
