use std::fmt;

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The body returned and the receipt is there.
    Pass,
    /// An assertion failed or the code panicked.
    Fail,
    /// The lab's own diagnosis: deadlock, livelock, an executor that is blocked.
    Stuck,
    /// The runner's deadline passed and the process was killed.
    Timeout,
    /// The process ended before the body returned (`exit`, `abort`, a signal).
    NoReceipt,
    /// The submission or its suite does not compile.
    BuildFailed,
    /// The scan found something that a submission must not contain.
    Refused,
    /// Memory, processes or disk ran out.
    ResourceLimit,
    /// More output than the runner keeps.
    OutputLimit,
    /// Not run, because an earlier step failed.
    Skipped,
    /// A real component is missing on this machine; gives no points.
    NotVerified,
    /// Failed and passed on the same submission.
    Flaky,
    /// The runner's own fault; never a zero.
    InfraError,
}

impl Status {
    /// Every status, in the order in which they are documented.
    pub const ALL: [Self; 13] = [
        Self::Pass,
        Self::Fail,
        Self::Stuck,
        Self::Timeout,
        Self::NoReceipt,
        Self::BuildFailed,
        Self::Refused,
        Self::ResourceLimit,
        Self::OutputLimit,
        Self::Skipped,
        Self::NotVerified,
        Self::Flaky,
        Self::InfraError,
    ];

    /// The word used in JSON, in `trap.toml` and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Stuck => "stuck",
            Self::Timeout => "timeout",
            Self::NoReceipt => "no_receipt",
            Self::BuildFailed => "build_failed",
            Self::Refused => "refused",
            Self::ResourceLimit => "resource_limit",
            Self::OutputLimit => "output_limit",
            Self::Skipped => "skipped",
            Self::NotVerified => "not_verified",
            Self::Flaky => "flaky",
            Self::InfraError => "infra_error",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_word_parses_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("passed"), None);
    }
}
