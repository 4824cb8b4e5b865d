//! What one run of transactions yields.

use jzon::JsonValue;

use crate::Rate;

/// One run that ended well: what the bench checks at its end was right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Of each transaction, in microseconds, sorted.
    pub latencies: Vec<u64>,
    pub seconds: f64,
    /// Attempts beyond one a transaction.
    pub retries: u64,
    /// Transactions that were rolled back, by PostgreSQL or by the client.
    pub aborts: u64,
}

impl Rate for Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }
}

impl Sample {
    /// So many a transaction.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    pub fn each(&self, count: u64) -> f64 {
        count as f64 / self.latencies.len().max(1) as f64
    }

    /// In milliseconds; `q` of 1000. Nothing took 0.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    pub fn quantile(&self, q: usize) -> f64 {
        let at = (self.latencies.len() * q / 1000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or(0) as f64 / 1e3
    }

    /// The numbers of an entry of the document.
    pub(super) fn add_to(&self, entry: &mut JsonValue, one: &str, many: &str) {
        entry[many] = self.latencies.len().into();
        entry["seconds"] = self.seconds.into();
        entry[format!("{many}_per_second").as_str()] = self.rate().into();
        entry["p50_ms"] = self.quantile(500).into();
        entry["p99_ms"] = self.quantile(990).into();
        entry[format!("retries_per_{one}").as_str()] = self.each(self.retries).into();
        entry[format!("aborts_per_{one}").as_str()] = self.each(self.aborts).into();
    }

    /// The numbers of a row of the table.
    pub(super) fn numbers(&self) -> [String; 5] {
        [
            format!("{:.0}", self.rate()),
            format!("{:.2}", self.quantile(500)),
            format!("{:.2}", self.quantile(990)),
            format!("{:.2}", self.each(self.retries)),
            format!("{:.2}", self.each(self.aborts)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "thousandths of whole numbers")]
    fn a_quantile_is_a_latency_that_was_measured() {
        let sample =
            Sample { latencies: (1..=200).collect(), seconds: 4.0, retries: 50, aborts: 0 };
        assert_eq!([0, 500, 990, 1000].map(|q| sample.quantile(q)), [0.001, 0.101, 0.199, 0.2]);
        assert_eq!((sample.rate(), sample.each(50)), (50.0, 0.25));
        let nothing = Sample::default();
        assert_eq!((nothing.quantile(990), nothing.each(3)), (0.0, 3.0));
    }
}
