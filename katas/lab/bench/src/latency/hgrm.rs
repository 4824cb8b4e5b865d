//! HGRM: the percentile distribution as text, which `HdrHistogram`'s tools write and plot
//! (<https://hdrhistogram.github.io/HdrHistogram/plotFiles.html>).
//!
//! Latencies are in milliseconds, as these tools have them, with all digits of a nanosecond. The
//! binary V2 log would allow to merge runs later, and costs a compressor and a parser in the first
//! build of every bench; what is to be merged is merged before it is written.

use std::fmt::{self, Write};
use std::time::Duration;

use super::{Curve, Latencies, Step};

/// A text that is no percentile distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The line that is not understood.
    pub line: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a line of a percentile distribution: {:?}", self.line)
    }
}

impl std::error::Error for Malformed {}

impl Latencies {
    /// The text of a `.hgrm` file.
    pub fn hgrm(&self) -> String {
        let mut text = format!(
            "{:>12} {:>14} {:>10} {:>14}\n\n",
            "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
        );
        let line = |step: &Step| {
            let Step { quantile, latency, count } = *step;
            let rest = if quantile < 1.0 {
                format!(" {:>14.2}", 1.0 / (1.0 - quantile))
            } else {
                String::new()
            };
            format!("{:>12.6} {quantile:>14.12} {count:>10}{rest}\n", millis(latency))
        };
        text.extend(Curve::of(self).steps.iter().map(line));
        let histogram = self.histogram();
        let (mean, deviation) = (histogram.mean() / 1e6, histogram.stdev() / 1e6);
        let max = millis(Duration::from_nanos(histogram.max()));
        let (count, buckets) = (histogram.len(), histogram.buckets());
        // As many as tell values apart that have one digit more than are kept.
        let within = (2 * 10_u64.pow(histogram.sigfig().into())).next_power_of_two();
        let notes = [
            format!("#[Mean    = {mean:>12.3}, StdDeviation   = {deviation:>12.3}]"),
            format!("#[Max     = {max:>12.3}, Total count    = {count:>12}]"),
            format!("#[Buckets = {buckets:>12}, SubBuckets     = {within:>12}]"),
        ];
        for note in notes {
            writeln!(text, "{note}").expect("a string takes everything");
        }
        text
    }
}

impl Curve {
    /// Reads a `.hgrm` file.
    ///
    /// # Errors
    /// The first line that is neither a step nor a note nor the heading.
    pub fn of_hgrm(text: &str) -> Result<Self, Malformed> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', 'V']));
        let steps = lines.map(|line| step(line).ok_or_else(|| Malformed { line: line.to_owned() }));
        Ok(Self { steps: steps.collect::<Result<_, _>>()? })
    }
}

fn step(line: &str) -> Option<Step> {
    let mut fields = line.split_whitespace();
    let millis: f64 = fields.next()?.parse().ok()?;
    let quantile: f64 = fields.next()?.parse().ok()?;
    let count = fields.next()?.parse().ok()?;
    let latency = Duration::try_from_secs_f64(millis / 1e3).ok()?;
    (0.0..=1.0).contains(&quantile).then_some(Step { quantile, latency, count })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::recorded::tests::of;

    #[test]
    fn the_text_is_what_the_tools_read() {
        let text = of((1..=4).map(Duration::from_nanos)).hgrm();
        let expected = "       Value     Percentile TotalCount 1/(1-Percentile)

    0.000001 0.000000000000          1           1.00
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("    0.000004 1.000000000000          4\n#[Mean    = "), "{text}");
        assert!(text.contains("Total count    =            4]\n"), "{text}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let latencies = of((1..=5000).map(|n| Duration::from_micros(n * n)));
        let (curve, read) = (Curve::of(&latencies), Curve::of_hgrm(&latencies.hgrm()));
        let read = read.expect("our own text");
        assert_eq!(read.steps.len(), curve.steps.len());
        for (read, step) in read.steps.iter().zip(&curve.steps) {
            assert_eq!((read.latency, read.count), (step.latency, step.count));
            assert!((read.quantile - step.quantile).abs() < 1e-12);
        }
        assert_eq!(Curve::of_hgrm(&Latencies::new().hgrm()), Ok(Curve::default()));
    }

    #[test]
    fn another_text_is_named() {
        let wrong = Curve::of_hgrm("1.0 0.5 3 2.0\nhello\n");
        assert_eq!(wrong, Err(Malformed { line: "hello".to_owned() }));
        for line in ["1.0 1.5 3", "-1.0 0.5 3", "1.0 0.5", "1.0 0.5 -3"] {
            assert!(Curve::of_hgrm(line).is_err(), "{line}");
        }
    }
}
