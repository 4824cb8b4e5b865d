//! What one run yields.

use bench_lab::Rate;
use jzon::JsonValue;

/// One run whose charges were counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Of each HTTP request, in microseconds, sorted.
    pub latencies: Vec<u64>,
    pub seconds: f64,
    /// Different payments that were asked for.
    pub intents: u64,
    pub charges: u64,
    /// Requests that were told 409.
    pub conflicts: u64,
}

impl Rate for Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }
}

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn each(&self, count: u64) -> f64 {
        count as f64 / self.intents.max(1) as f64
    }

    /// In milliseconds; `q` of 1000.
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
    fn quantile(&self, q: usize) -> f64 {
        let at = (self.latencies.len() * q / 1000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or(0) as f64 / 1e3
    }

    /// The numbers of an entry of the document.
    pub fn add_to(&self, entry: &mut JsonValue) {
        entry["requests"] = self.latencies.len().into();
        entry["seconds"] = self.seconds.into();
        entry["requests_per_second"] = self.rate().into();
        entry["p50_ms"] = self.quantile(500).into();
        entry["p99_ms"] = self.quantile(990).into();
        entry["intents"] = self.intents.into();
        entry["charges"] = self.charges.into();
        entry["conflicts"] = self.conflicts.into();
    }

    /// The numbers of a row of the table: conflicts and charges are those of a payment.
    pub fn numbers(&self) -> [String; 5] {
        [
            format!("{:.0}", self.rate()),
            format!("{:.2}", self.quantile(500)),
            format!("{:.2}", self.quantile(990)),
            format!("{:.2}", self.each(self.conflicts)),
            format!("{:.2}", self.each(self.charges)),
        ]
    }
}
