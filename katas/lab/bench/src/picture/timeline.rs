//! What happened when.

use super::axis::Axis;
use super::frame::{MARGIN, Sample, WIDTH, cut, legend, mark, picture, width_of};
use super::style::SERIES;
use super::svg::Svg;
use super::{Caption, units};

/// Lanes, one below the other, over one axis of time; and behind them bands, such as the states of
/// a circuit breaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    pub caption: Caption,
    /// What spans and events are of, by their number: at most six.
    pub kinds: Vec<String>,
    pub lanes: Vec<Lane>,
    pub bands: Vec<Band>,
}

/// One actor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lane {
    pub name: String,
    pub spans: Vec<Span>,
    pub events: Vec<Event>,
}

/// From one time to another, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub from: f64,
    pub to: f64,
    /// Of [`Timeline::kinds`].
    pub kind: usize,
}

/// At one time, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub at: f64,
    /// Of [`Timeline::kinds`].
    pub kind: usize,
}

/// A state of everything, from one time to another, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub from: f64,
    pub to: f64,
    /// 0 is calm, 1 warns, 2 alarms. The name says it too.
    pub level: u8,
    pub name: String,
}

/// Where time begins, unless a lane's name asks for more.
const LEFT: f64 = 130.0;
/// Between a lane's name and its beginning.
const GAP: f64 = 10.0;
const LANE: f64 = 34.0;
const BAR: f64 = 16.0;
/// From one row of bands' names to the next.
const ROW: f64 = 16.0;

impl Timeline {
    /// The picture.
    ///
    /// # Panics
    /// With more than six kinds, or a span or an event of a kind that is not there.
    pub fn svg(&self) -> String {
        assert!(self.kinds.len() <= SERIES, "nobody tells more than {SERIES} kinds apart");
        let of_lane = |lane: &Lane| {
            let spans = lane.spans.iter().map(|span| span.kind).max();
            spans.max(lane.events.iter().map(|event| event.kind).max())
        };
        let most = self.lanes.iter().filter_map(of_lane).max();
        assert!(most.is_none_or(|kind| kind < self.kinds.len()), "a kind without a name");
        let names: Vec<&str> = self.kinds.iter().map(String::as_str).collect();

        let longest = self.lanes.iter().map(|lane| width_of(&lane.name)).fold(0.0, f64::max);
        let left = LEFT.max(MARGIN + longest + GAP).min(WIDTH / 2.0);
        let x = Axis::linear(self.end(), (left, WIDTH - MARGIN - 20.0));
        let rows = self.rows(&x);
        let highest = rows.iter().copied().max().unwrap_or(0);
        let top = legend(&mut Svg::default(), &names, Sample::Fill) + 24.0 + places(highest, ROW);
        let bottom = top + places(self.lanes.len(), LANE);
        picture(&self.caption, bottom + 36.0, |svg| {
            legend(svg, &names, Sample::Fill);
            self.behind(svg, &x, (top, bottom), &rows);
            for (n, lane) in self.lanes.iter().enumerate() {
                draw(svg, &x, lane, top + places(n, LANE) + LANE / 2.0);
            }
        })
    }

    /// The row of each band's name, counted from the lanes upwards: the lowest where it covers no
    /// other. A short state has a name as long as a long one's.
    fn rows(&self, x: &Axis) -> Vec<usize> {
        let mut ends: Vec<f64> = Vec::new();
        let row = |band: &Band| {
            let (middle, half) = (middle(x, band), width_of(&band.name) / 2.0);
            let row = ends.iter().position(|end| *end <= middle - half).unwrap_or(ends.len());
            ends.resize(ends.len().max(row + 1), 0.0);
            ends[row] = middle + half;
            row
        };
        self.bands.iter().map(row).collect()
    }

    /// When the last thing ends.
    fn end(&self) -> f64 {
        let spans = self.lanes.iter().flat_map(|lane| lane.spans.iter().map(|span| span.to));
        let events = self.lanes.iter().flat_map(|lane| lane.events.iter().map(|event| event.at));
        let bands = self.bands.iter().map(|band| band.to);
        spans.chain(events).chain(bands).fold(0.0, f64::max)
    }

    fn behind(&self, svg: &mut Svg, x: &Axis, (top, bottom): (f64, f64), rows: &[usize]) {
        for (band, row) in self.bands.iter().zip(rows) {
            let (from, to) = (x.place(band.from), x.place(band.to));
            let class = format!("band{}", band.level.min(2));
            svg.rectangle(&class, (from, top), (to - from, bottom - top));
            let at = (middle(x, band), top - 6.0 - places(*row, ROW));
            svg.words("faint middle", at, &band.name);
        }
        for tick in x.ticks() {
            let at = x.place(tick);
            svg.stroke("grid", (at, top), (at, bottom));
            svg.words("faint middle", (at, bottom + 18.0), &units::time(tick));
        }
        let (left, right) = x.ends();
        svg.stroke("axis", (left, bottom), (right, bottom));
    }
}

fn middle(x: &Axis, band: &Band) -> f64 {
    f64::midpoint(x.place(band.from), x.place(band.to))
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn places(count: usize, each: f64) -> f64 {
    count as f64 * each
}

fn draw(svg: &mut Svg, x: &Axis, lane: &Lane, middle: f64) {
    svg.words("end", (x.ends().0 - GAP, middle + 4.0), &lane.name);
    for span in &lane.spans {
        let (from, to) = (x.place(span.from), x.place(span.to));
        // What is too short to be seen is still there.
        let size = ((to - from).max(1.0), BAR);
        svg.rectangle(&format!("fill s{}", span.kind), (from, middle - BAR / 2.0), size);
        if to - from >= BAR {
            cut(svg, span.kind, (f64::midpoint(from, to), middle));
        }
    }
    for event in &lane.events {
        mark(svg, event.kind, (x.place(event.at), middle));
    }
}
