//! What one run of transactions yields.

use std::time::Duration;

use crate::Rate;
use crate::latency::Latencies;

/// One run that ended well: what the bench checks at its end was right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Of each transaction, in microseconds, sorted.
    pub latencies: Vec<u64>,
    pub seconds: f64,
    /// What else was counted, as [`super::Sheet::counts`] names it.
    pub counts: Vec<u64>,
    /// What counts are told for each of, where that is not a transaction.
    pub of: Option<u64>,
}

impl Rate for Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }
}

impl Sample {
    /// So many a transaction, or whatever counts are told for each of.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    pub fn each(&self, count: u64) -> f64 {
        count as f64 / self.of.unwrap_or(self.latencies.len() as u64).max(1) as f64
    }

    /// In milliseconds; `q` of 1000. Nothing took 0.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    pub fn quantile(&self, q: usize) -> f64 {
        let at = (self.latencies.len() * q / 1000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or(0) as f64 / 1e3
    }

    /// The latencies as they are kept.
    pub(super) fn recorded(&self) -> Latencies {
        let mut recorded = Latencies::new();
        for micros in &self.latencies {
            recorded.record(Duration::ZERO, Duration::from_micros(*micros));
        }
        recorded
    }

    /// The numbers of a row of the table.
    pub(super) fn numbers(&self) -> Vec<String> {
        let mut numbers = vec![
            format!("{:.0}", self.rate()),
            format!("{:.2}", self.quantile(500)),
            format!("{:.2}", self.quantile(990)),
        ];
        numbers.extend(self.counts.iter().map(|count| format!("{:.2}", self.each(*count))));
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "thousandths of whole numbers")]
    fn a_quantile_is_a_latency_that_was_measured() {
        let latencies = (1..=200).collect();
        let sample = Sample { latencies, seconds: 4.0, counts: vec![50], of: None };
        assert_eq!([0, 500, 990, 1000].map(|q| sample.quantile(q)), [0.001, 0.101, 0.199, 0.2]);
        assert_eq!((sample.rate(), sample.each(50)), (50.0, 0.25));
        assert_eq!(Sample { of: Some(10), ..sample.clone() }.each(50), 5.0);
        assert_eq!(sample.recorded().count(), 200);
        let nothing = Sample::default();
        assert_eq!((nothing.quantile(990), nothing.each(3)), (0.0, 3.0));
    }
}
