//! Latencies by quantile, ever finer towards the slowest: what is drawn, and what is kept.

use std::time::Duration;

use super::Latencies;

/// The distribution in steps, each half of what is left to the slowest in five.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// In order. The last is at quantile 1, the slowest.
    pub steps: Vec<Step>,
}

/// One point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From 0 to 1.
    pub quantile: f64,
    /// So long or shorter took that share of the requests.
    pub latency: Duration,
    /// How many that are.
    pub count: u64,
}

/// As `HdrHistogram`'s own tools have it.
const STEPS_A_HALF: u32 = 5;

impl Curve {
    /// Nothing of nothing.
    pub fn of(latencies: &Latencies) -> Self {
        let mut count = 0;
        let steps = latencies.histogram().iter_quantiles(STEPS_A_HALF).map(|value| {
            count += value.count_since_last_iteration();
            let latency = Duration::from_nanos(value.value_iterated_to());
            Step { quantile: value.quantile_iterated_to(), latency, count }
        });
        Self { steps: steps.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::recorded::tests::of;

    #[test]
    fn a_curve_ends_with_the_slowest() {
        let curve = Curve::of(&of((1..=1000).map(Duration::from_millis)));
        let last = curve.steps.last().expect("steps");
        assert!((last.quantile - 1.0).abs() < f64::EPSILON);
        assert_eq!(last.count, 1000);
        assert!(last.latency >= Duration::from_secs(1));
        assert!(curve.steps.is_sorted_by(|a, b| a.quantile < b.quantile));
        assert!(curve.steps.is_sorted_by(|a, b| a.latency <= b.latency && a.count <= b.count));
        // Eleven half-lives of thousand, five steps each.
        assert!(curve.steps.len() > 40, "{}", curve.steps.len());
        assert_eq!(Curve::of(&Latencies::new()), Curve::default());
    }
}
