//! Latency by percentile.

use super::axis::Axis;
use super::frame::{Sample, legend, mark, picture};
use super::plot::{ACROSS, Area, Labelled};
use super::style::SERIES;
use super::{Caption, units};
use crate::latency::{Curve, Step};

/// Curves of a few variants: how long the slowest half, tenth, hundredth… of the requests took.
///
/// Both axes are logarithmic. A variant that is flat treats everybody alike; one that rises keeps
/// some waiting.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyCurve {
    pub caption: Caption,
    /// Of the axis of percentiles, such as `requests`.
    pub across: String,
    /// Of the axis of latencies, such as `latency`.
    pub upwards: String,
    /// Each variant's name and curve, at most six.
    pub curves: Vec<(String, Curve)>,
}

impl LatencyCurve {
    /// The picture.
    ///
    /// # Panics
    /// With more than six curves.
    pub fn svg(&self) -> String {
        assert!(self.curves.len() <= SERIES, "nobody tells more than {SERIES} curves apart");
        let names: Vec<&str> = self.curves.iter().map(|(name, _)| name.as_str()).collect();
        let steps = || self.curves.iter().flat_map(|(_, curve)| &curve.steps);
        #[expect(clippy::cast_precision_loss, reason = "a place on paper")]
        let count = steps().map(|step| step.count).max().unwrap_or(0) as f64;

        // The legend's height is known when it is drawn: once to see, once to keep.
        let end = legend(&mut super::svg::Svg::default(), &names, Sample::Line);
        let area = Area::below(end);
        let x = Axis::quantile(count, ACROSS);
        let y = Axis::log(steps().map(|step| step.latency.as_secs_f64()), area.upwards());
        let x = Labelled { axis: x, name: &self.across, ticks: percentiles(count) };
        let y = Labelled::new(y, &self.upwards, units::time);
        picture(&self.caption, area.picture_height(), |svg| {
            legend(svg, &names, Sample::Line);
            area.draw(svg, &x, &y);
            for (n, (_, curve)) in self.curves.iter().enumerate() {
                let place = |step: &Step| {
                    (x.axis.place(rarity(step)), y.axis.place(step.latency.as_secs_f64()))
                };
                let places: Vec<(f64, f64)> = curve.steps.iter().map(place).collect();
                svg.path(&format!("line s{n}"), &places);
                for (tick, _) in &x.ticks {
                    let at = curve.steps.iter().find(|step| rarity(step) >= tick * (1.0 - 1e-9));
                    if let Some(step) = at {
                        mark(svg, n, place(step));
                    }
                }
            }
        })
    }
}

/// One request of so many is slower. The slowest is one of all.
#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn rarity(step: &Step) -> f64 {
    if step.quantile < 1.0 { 1.0 / (1.0 - step.quantile) } else { step.count as f64 }
}

/// 0, 50, 90, 99… per cent, as far as there are requests.
fn percentiles(count: f64) -> Vec<(f64, String)> {
    let nines = (1..).map(|digits| {
        let label = match digits {
            1 => "90 %".to_owned(),
            2 => "99 %".to_owned(),
            n => format!("99.{} %", "9".repeat(n - 2)),
        };
        (10_f64.powf(f64::from(u32::try_from(digits).unwrap_or(u32::MAX))), label)
    });
    let most = count.max(10.0) * (1.0 + 1e-9);
    let first = [(1.0, "0 %".to_owned()), (2.0, "50 %".to_owned())];
    first.into_iter().chain(nines).take_while(|(rarity, _)| *rarity <= most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_go_as_far_as_there_are_requests() {
        let labels = |count| percentiles(count).into_iter().map(|(_, l)| l).collect::<Vec<_>>();
        assert_eq!(labels(10_000.0), ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"]);
        assert_eq!(labels(500.0), ["0 %", "50 %", "90 %", "99 %"]);
        assert_eq!(labels(0.0), ["0 %", "50 %", "90 %"]);
    }

    #[test]
    fn the_slowest_is_one_of_all() {
        let step = |quantile, count| Step { quantile, latency: std::time::Duration::ZERO, count };
        assert!((rarity(&step(0.99, 990)) - 100.0).abs() < 1e-9);
        assert!((rarity(&step(1.0, 1000)) - 1000.0).abs() < 1e-9);
    }
}
