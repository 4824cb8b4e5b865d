//! How long requests took, from their intended starts.
//!
//! A worker has [`Latencies`] of its own and records without asking anybody; at the end they are
//! merged. What is merged are the histograms: a percentile of the whole is not the mean of the
//! parts' percentiles, nor anything else that could be computed from these.

mod curve;
mod hgrm;
mod recorded;

pub use curve::{Curve, Step};
pub use hgrm::Malformed;
pub use recorded::{LONGEST, Latencies, Summary};
