//! The area of a diagram with two axes.

use super::axis::Axis;
use super::frame::{MARGIN, WIDTH};
use super::svg::Svg;

/// The height of the area itself.
pub const HEIGHT: f64 = 300.0;
/// Its ends, with room for the labels left of it.
pub const ACROSS: (f64, f64) = (76.0, WIDTH - MARGIN - 20.0);
/// Room for the labels below it.
const BELOW: f64 = 52.0;

/// The area, below everything that ends at `top`.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    top: f64,
}

/// One axis with its name and what its ticks are called.
pub struct Labelled<'a> {
    pub axis: Axis,
    pub name: &'a str,
    pub ticks: Vec<(f64, String)>,
}

impl<'a> Labelled<'a> {
    /// With the axis's own ticks.
    pub fn new(axis: Axis, name: &'a str, label: impl Fn(f64) -> String) -> Self {
        let ticks = axis.ticks().into_iter().map(|tick| (tick, label(tick))).collect();
        Self { axis, name, ticks }
    }
}

impl Area {
    /// The name of the vertical axis stands between `end` and the area.
    pub fn below(end: f64) -> Self {
        Self { top: end + 32.0 }
    }

    /// From below upwards, as values grow.
    pub fn upwards(self) -> (f64, f64) {
        (self.top + HEIGHT, self.top)
    }

    /// The height of a picture that ends with it.
    pub fn picture_height(self) -> f64 {
        self.top + HEIGHT + BELOW
    }

    /// The grid, the axes and their labels.
    pub fn draw(self, svg: &mut Svg, x: &Labelled, y: &Labelled) {
        let ((left, right), (bottom, top)) = (ACROSS, self.upwards());
        for (tick, label) in &y.ticks {
            let at = y.axis.place(*tick);
            svg.stroke("grid", (left, at), (right, at));
            svg.words("faint end", (left - 8.0, at + 4.0), label);
        }
        for (tick, label) in &x.ticks {
            let at = x.axis.place(*tick);
            svg.stroke("grid", (at, bottom), (at, top));
            svg.words("faint middle", (at, bottom + 18.0), label);
        }
        svg.stroke("axis", (left, bottom), (right, bottom));
        svg.stroke("axis", (left, bottom), (left, top));
        // Upright, above the axis: nobody has to turn the head.
        svg.words("faint", (MARGIN, top - 16.0), y.name);
        svg.words("faint end", (right, bottom + 38.0), x.name);
    }
}
