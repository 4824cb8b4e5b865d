//! Something measured over a growing load.

use super::axis::Axis;
use super::frame::{Sample, legend, mark, picture};
use super::plot::{ACROSS, Area, Labelled};
use super::style::SERIES;
use super::svg::Svg;
use super::{Caption, units};

/// What grows with the load, or does not: throughput, a percentile of the latency.
///
/// Times are drawn on a logarithmic axis, because they grow so where a queue does; counts from 0.
/// The load's axis is logarithmic where it spans more than fifty times its least.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    pub caption: Caption,
    /// Of the load's axis, such as `clients`.
    pub across: String,
    /// Of the other.
    pub upwards: String,
    pub unit: Unit,
    /// At most six.
    pub series: Vec<Series>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// In seconds.
    Time,
    Count,
}

/// One variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    /// Load and value. A load at which there was no number is left out.
    pub points: Vec<(f64, f64)>,
}

impl Unit {
    pub(crate) fn label(self, value: f64) -> String {
        match self {
            Self::Time => units::time(value),
            Self::Count => units::count(value),
        }
    }
}

impl Sweep {
    /// The picture.
    ///
    /// # Panics
    /// With more than six series.
    pub fn svg(&self) -> String {
        assert!(self.series.len() <= SERIES, "nobody tells more than {SERIES} series apart");
        let names: Vec<&str> = self.series.iter().map(|series| series.name.as_str()).collect();
        let points = || self.series.iter().flat_map(|series| &series.points);
        let loads = || points().map(|(load, _)| *load);
        let values = || points().map(|(_, value)| *value);

        let area = Area::below(legend(&mut Svg::default(), &names, Sample::Line));
        let (least, most) = (loads().fold(f64::INFINITY, f64::min), loads().fold(0.0, f64::max));
        let x = if least > 0.0 && most > 50.0 * least {
            Axis::log(loads(), ACROSS)
        } else {
            Axis::linear(most, ACROSS)
        };
        let y = match self.unit {
            Unit::Time => Axis::log(values(), area.upwards()),
            Unit::Count => Axis::linear(values().fold(0.0, f64::max), area.upwards()),
        };
        let x = Labelled::new(x, &self.across, units::count);
        let y = Labelled::new(y, &self.upwards, |value| self.unit.label(value));
        picture(&self.caption, area.picture_height(), |svg| {
            legend(svg, &names, Sample::Line);
            area.draw(svg, &x, &y);
            for (n, series) in self.series.iter().enumerate() {
                let place =
                    |(load, value): &(f64, f64)| (x.axis.place(*load), y.axis.place(*value));
                let places: Vec<(f64, f64)> = series.points.iter().map(place).collect();
                svg.path(&format!("line s{n}"), &places);
                for place in places {
                    mark(svg, n, place);
                }
            }
        })
    }
}
