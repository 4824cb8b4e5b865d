use std::time::Duration;

/// What a measurement says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Report {
    /// Requests, failed ones included.
    pub count: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Half of the requests took at most this long.
    pub p50: Duration,
    /// 95 of 100 requests took at most this long.
    pub p95: Duration,
    /// 99 of 100 requests took at most this long.
    pub p99: Duration,
    /// 999 of 1,000 requests took at most this long.
    pub p999: Duration,
    /// No request took longer.
    pub max: Duration,
    /// Requests that succeeded, a second.
    pub throughput: f64,
}
