//! Groups of bars.

use super::axis::Axis;
use super::frame::{Sample, cut, legend, picture, width_of};
use super::plot::{ACROSS, Area, Labelled};
use super::style::SERIES;
use super::svg::Svg;
use super::{Caption, Unit};

/// A few variants side by side, at a few points. Bars begin at 0, always: their lengths are
/// compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    pub caption: Caption,
    /// Of the axis of values.
    pub upwards: String,
    pub unit: Unit,
    /// The variants' names, at most six.
    pub series: Vec<String>,
    pub groups: Vec<Group>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub name: String,
    /// By variant; none where there is no number.
    pub values: Vec<Option<f64>>,
}

/// The share of a group's room that is left free.
const GAP: f64 = 0.24;
/// No bar is wider.
const WIDEST: f64 = 64.0;

impl Bars {
    /// The picture.
    ///
    /// # Panics
    /// With more than six variants, or a group that has not one value for each.
    pub fn svg(&self) -> String {
        let count = self.series.len();
        assert!(count <= SERIES, "nobody tells more than {SERIES} variants apart");
        let each = self.groups.iter().all(|group| group.values.len() == count);
        assert!(each, "each group has a value, or none, for each variant");
        let names: Vec<&str> = self.series.iter().map(String::as_str).collect();

        let area = Area::below(legend(&mut Svg::default(), &names, Sample::Fill));
        let values = self.groups.iter().flat_map(|group| group.values.iter().flatten());
        let y = Axis::linear(values.copied().fold(0.0, f64::max), area.upwards());
        // Groups have names, not ticks.
        let x = Labelled { axis: Axis::linear(1.0, ACROSS), name: "", ticks: Vec::new() };
        let y = Labelled::new(y, &self.upwards, |value| self.unit.label(value));
        picture(&self.caption, area.picture_height(), |svg| {
            legend(svg, &names, Sample::Fill);
            area.draw(svg, &x, &y);
            self.draw(svg, &y.axis);
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "places on paper")]
    fn draw(&self, svg: &mut Svg, y: &Axis) {
        let ((left, right), (bottom, _)) = (ACROSS, y.ends());
        let room = (right - left) / self.groups.len().max(1) as f64;
        let count = self.series.len().max(1) as f64;
        let width = (room * (1.0 - GAP) / count).min(WIDEST);
        for (g, group) in self.groups.iter().enumerate() {
            let middle = left + room * (g as f64 + 0.5);
            svg.words("middle", (middle, bottom + 18.0), &group.name);
            for (n, value) in group.values.iter().enumerate() {
                let at = middle + width * (n as f64 - count / 2.0);
                let Some(value) = *value else {
                    svg.words("faint middle", (at + width / 2.0, bottom - 6.0), "–");
                    continue;
                };
                let top = y.place(value);
                svg.rectangle(&format!("fill s{n}"), (at + 1.0, top), (width - 2.0, bottom - top));
                if bottom - top >= 16.0 && width >= 12.0 {
                    cut(svg, n, (at + width / 2.0, bottom - 8.0));
                }
                let label = self.unit.label(value);
                if width_of(&label) <= width {
                    svg.words("middle", (at + width / 2.0, top - 5.0), &label);
                }
            }
        }
    }
}
