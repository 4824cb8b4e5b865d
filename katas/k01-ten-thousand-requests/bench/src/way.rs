//! What is compared.

use bench_lab::Way;

/// What carries the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// A thread of the operating system for each request.
    Threads,
    /// tokio on one thread.
    CurrentThread,
    /// tokio on a thread a core.
    MultiThread,
    /// async-std, on a thread a core.
    AsyncStd,
    /// A job of a rayon pool for each request, on a thread a core.
    Rayon,
    /// The learner's `run_all` on tokio, and the learner's `CpuPool` for what computes.
    Yours,
}

impl Way for Runtime {
    const ALL: &'static [Self] = &[
        Self::Threads,
        Self::CurrentThread,
        Self::MultiThread,
        Self::AsyncStd,
        Self::Rayon,
        Self::Yours,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::CurrentThread => "tokio current-thread",
            Self::MultiThread => "tokio multi-thread",
            Self::AsyncStd => "async-std",
            Self::Rayon => "rayon",
            Self::Yours => "run_all and CpuPool",
        }
    }

    fn step(self) -> Option<&'static str> {
        (self == Self::Yours).then_some("s3_isolated, s4_pool")
    }
}
