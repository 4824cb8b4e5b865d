//! From values to places on paper, and where the ticks are.

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    scale: Scale,
    /// The values at its ends.
    from: f64,
    to: f64,
    /// The places of its ends.
    start: f64,
    end: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// With this far from tick to tick.
    Linear(f64),
    Log,
}

/// So many steps between ticks at most.
const STEPS: f64 = 6.0;

impl Axis {
    /// From 0 to a round number that is not below `most`.
    pub fn linear(most: f64, (start, end): (f64, f64)) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        let step = round_up(most / STEPS);
        let to = (most / step - 1e-9).ceil() * step;
        Self { scale: Scale::Linear(step), from: 0.0, to, start, end }
    }

    /// From a power of ten to another, around all that is positive in `values`.
    pub fn log(values: impl Iterator<Item = f64>, (start, end): (f64, f64)) -> Self {
        let values = values.filter(|v| v.is_finite() && *v > 0.0);
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
        let (least, most) = if least <= most { (least, most) } else { (1.0, 10.0) };
        // A value on a power of ten is not beyond it, whatever the logarithm's last bit.
        let from = power((least.log10() + 1e-9).floor());
        let to = power((most.log10() - 1e-9).ceil());
        let to = if to > from { to } else { from * 10.0 };
        Self { scale: Scale::Log, from, to, start, end }
    }

    /// Of quantiles, as 1/(1 - q): as much room for the last tenth as for the nine before, and
    /// again for the last hundredth, up to the slowest of `count`.
    pub fn quantile(count: f64, (start, end): (f64, f64)) -> Self {
        Self { scale: Scale::Log, from: 1.0, to: count.max(10.0), start, end }
    }

    /// Where a value is; beyond the ends, at the end.
    pub fn place(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear(_) => (value - self.from) / (self.to - self.from),
            Scale::Log if value > 0.0 => {
                (value / self.from).log10() / (self.to / self.from).log10()
            }
            Scale::Log => 0.0,
        };
        self.start + part.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// The values that get a tick.
    pub fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear(step) => {
                let multiples = (0..).map(|n| f64::from(n) * step);
                multiples.take_while(|tick| *tick <= self.to * (1.0 + 1e-9)).collect()
            }
            Scale::Log => {
                let decades = (self.to / self.from).log10();
                let within: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let powers = (0..).map(|n| self.from * power(f64::from(n)));
                let all = powers.flat_map(|power| within.iter().map(move |n| n * power));
                all.take_while(|tick| *tick <= self.to * (1.0 + 1e-9)).collect()
            }
        }
    }

    /// The places of its ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.start, self.end)
    }
}

/// The next number of 1, 2 and 5, with noughts.
fn round_up(value: f64) -> f64 {
    let power = power((value.log10() + 1e-9).floor());
    let digits = [1.0, 2.0, 5.0].into_iter().find(|n| n * power >= value * (1.0 - 1e-9));
    digits.unwrap_or(10.0) * power
}

fn power(exponent: f64) -> f64 {
    10_f64.powf(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: (f64, f64) = (0.0, 100.0);

    fn close(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= 1e-9 * e.abs())
    }

    #[test]
    fn linear_ticks_are_round_and_reach_beyond_the_most() {
        for (most, expected) in [
            (60.0, &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0][..]),
            (61.0, &[0.0, 20.0, 40.0, 60.0, 80.0]),
            (1.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (0.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (130_000.0, &[0.0, 5e4, 1e5, 1.5e5]),
        ] {
            let ticks = Axis::linear(most, ROOM).ticks();
            assert!(close(&ticks, expected), "{most}: {ticks:?}");
        }
    }

    #[test]
    fn log_ticks_are_powers_or_finer_where_there_are_few() {
        let ticks = |values: &[f64]| Axis::log(values.iter().copied(), ROOM).ticks();
        let powers = ticks(&[0.002, 40.0]);
        assert!(close(&powers, &[0.001, 0.01, 0.1, 1.0, 10.0, 100.0]), "{powers:?}");
        let fine = ticks(&[1.0, 10.0]);
        assert!(close(&fine, &[1.0, 2.0, 5.0, 10.0]), "{fine:?}");
        assert!(close(&ticks(&[]), &[1.0, 2.0, 5.0, 10.0]));
        assert!(close(&ticks(&[0.0, -3.0, f64::NAN, 1.0]), &[1.0, 2.0, 5.0, 10.0]));
    }

    #[test]
    fn values_lie_between_the_ends() {
        let axis = Axis::log([1.0, 100.0].into_iter(), ROOM);
        let places = [1.0, 10.0, 100.0, 1e9, 0.0].map(|v| axis.place(v));
        assert!(close(&places, &[0.0, 50.0, 100.0, 100.0, 0.0]), "{places:?}");
        let down = Axis::linear(10.0, (200.0, 100.0));
        assert!(close(&[down.place(2.5)], &[175.0]));
    }

    #[test]
    fn quantiles_reach_as_far_as_there_are_requests() {
        let axis = Axis::quantile(1000.0, ROOM);
        let place = |q: f64| axis.place(1.0 / (1.0 - q));
        assert!((place(0.9) - 100.0 / 3.0).abs() < 1e-6 && (place(0.999) - 100.0).abs() < 1e-6);
    }
}
