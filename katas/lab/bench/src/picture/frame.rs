//! The paper that every picture is drawn on.

use super::Caption;
use super::style::sheet;
use super::svg::{Svg, escaped, number};

/// The width of every picture, in CSS pixels.
pub const WIDTH: f64 = 720.0;
/// From the paper's edge to what is drawn on it.
pub const MARGIN: f64 = 16.0;
/// Where the legend's rows begin, below the title.
const LEGEND: f64 = 50.0;
/// From one row of the legend to the next.
const ROW: f64 = 18.0;
/// As long as a dash needs to be told from the others on both sides of the mark.
const PIECE: f64 = 44.0;
/// A filled square's side.
const SQUARE: f64 = 14.0;

/// A document of that height: title and description, styles, paper, and what `draw` adds.
pub fn picture(caption: &Caption, height: f64, draw: impl FnOnce(&mut Svg)) -> String {
    let id = caption.id();
    let (w, h) = (number(WIDTH), number(height));
    let attributes = format!(
        r#"xmlns="http://www.w3.org/2000/svg" class="trece" role="img" aria-labelledby="{id}-title {id}-desc" viewBox="0 0 {w} {h}" width="{w}" height="{h}""#
    );
    let mut svg = Svg::default();
    svg.group("svg", &attributes, |svg| {
        svg.text("title", &format!(r#"id="{id}-title""#), &caption.title);
        svg.text("desc", &format!(r#"id="{id}-desc""#), &caption.description);
        svg.text("style", "", &sheet());
        svg.rectangle("paper", (0.0, 0.0), (WIDTH, height));
        svg.words("title", (MARGIN, 28.0), &caption.title);
        draw(svg);
    });
    svg.finish()
}

/// About how wide a text is. It only has to leave enough room, and to be the same everywhere.
#[expect(clippy::cast_precision_loss, reason = "a label has few letters")]
pub fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 7.0
}

/// How a series is shown beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// A piece of its line, with its mark.
    Line,
    /// A filled square.
    Fill,
}

/// The names of the series, in rows below the title. Where the rows end.
pub fn legend(svg: &mut Svg, names: &[&str], sample: Sample) -> f64 {
    let (mut x, mut y) = (MARGIN, LEGEND);
    let length = match sample {
        Sample::Line => PIECE,
        Sample::Fill => SQUARE,
    };
    for (n, name) in names.iter().enumerate() {
        let width = length + 6.0 + width_of(name);
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        let middle = y - 4.0;
        match sample {
            Sample::Line => {
                svg.stroke(&format!("line s{n}"), (x, middle), (x + length, middle));
                mark(svg, n, (x + length / 2.0, middle));
            }
            Sample::Fill => {
                let corner = (x, middle - length / 2.0);
                svg.rectangle(&format!("fill s{n}"), corner, (length, length));
                cut(svg, n, (x + length / 2.0, middle));
            }
        }
        svg.words("name", (x + length + 6.0, y), name);
        x += width + 14.0;
    }
    y + 8.0
}

/// The mark of a series at a point: each has its own shape.
pub fn mark(svg: &mut Svg, series: usize, at: (f64, f64)) {
    shape(svg, &format!("mark s{series}"), series, at);
}

/// The same mark in the colour of the paper, on something that is filled.
pub fn cut(svg: &mut Svg, series: usize, at: (f64, f64)) {
    shape(svg, "cut", series, at);
}

fn shape(svg: &mut Svg, class: &str, series: usize, (x, y): (f64, f64)) {
    let corners = |corners: &[(f64, f64)]| {
        let point = |(dx, dy): &(f64, f64)| format!("{},{}", number(x + dx), number(y + dy));
        corners.iter().map(point).collect::<Vec<_>>().join(" ")
    };
    let class = format!(r#"class="{class}""#);
    let polygon = match series {
        0 => {
            let (x, y) = (number(x), number(y));
            return svg.element("circle", &format!(r#"{class} cx="{x}" cy="{y}" r="3""#));
        }
        1 => corners(&[(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)]),
        2 => corners(&[(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)]),
        3 => corners(&[(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)]),
        4 => corners(&[(0.0, 4.0), (4.0, -3.0), (-4.0, -3.0)]),
        // A cross: a bar would vanish in a line that is level.
        _ => corners(&[
            (0.0, -1.4),
            (2.6, -4.0),
            (4.0, -2.6),
            (1.4, 0.0),
            (4.0, 2.6),
            (2.6, 4.0),
            (0.0, 1.4),
            (-2.6, 4.0),
            (-4.0, 2.6),
            (-1.4, 0.0),
            (-4.0, -2.6),
            (-2.6, -4.0),
        ]),
    };
    svg.element("polygon", &format!(r#"{class} points="{}""#, escaped(polygon)));
}
