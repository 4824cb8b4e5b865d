//! Pictures of measurements, as SVG: the same data gives the same bytes, so that a picture in a
//! repository changes only when what it shows does.
//!
//! - [`LatencyCurve`]: latency by percentile, as fine towards the slowest as data reach.
//! - [`Sweep`]: something measured over a growing load.
//! - [`Bars`]: groups of bars, for a few variants side by side.
//! - [`Timeline`]: what happened in each of a few lanes, over bands of a state.
//!
//! They read well in light and dark (`prefers-color-scheme`, on paper of their own), without
//! colours (each series has its own mark, and each line its dash), and by a screen reader ([`Caption`]).

mod axis;
mod bars;
mod caption;
mod curve;
mod frame;
mod plot;
mod style;
mod svg;
mod sweep;
mod timeline;
mod units;

#[cfg(test)]
mod tests;

pub use bars::{Bars, Group};
pub use caption::Caption;
pub use curve::LatencyCurve;
pub use sweep::{Series, Sweep, Unit};
pub use timeline::{Band, Event, Lane, Span, Timeline};
