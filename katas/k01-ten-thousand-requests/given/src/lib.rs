//! What kata 1 gives to the learner: what a measurement says, how a job ends, why a pool refuses
//! one, and how a job hears that nobody waits for it any more.

mod job;
mod pool;
mod report;

pub use job::Job;
pub use pool::{PoolError, Stop};
pub use report::Report;
