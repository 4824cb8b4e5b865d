//! When each request is meant to start.

use std::time::Duration;

use super::Random;

/// How requests arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// One after the other at the same distance, as a metronome asks.
    Uniform,
    /// As many people who know nothing of each other ask: the distances are exponential, so that
    /// there are bursts. Queues are longer than with [`Arrivals::Uniform`] at the same rate.
    Poisson,
}

impl Arrivals {
    /// The name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Poisson => "poisson",
        }
    }

    /// The arrivals of that name.
    pub fn parse(key: &str) -> Option<Self> {
        [Self::Uniform, Self::Poisson].into_iter().find(|arrivals| arrivals.key() == key)
    }
}

/// The intended starts of a run, in order, from its beginning on.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    starts: Vec<Duration>,
    length: Duration,
    arrivals: Arrivals,
    rate: f64,
    seed: u64,
}

impl Schedule {
    /// `rate` requests a second for `length`: with [`Arrivals::Poisson`] on average, and the same
    /// ones for the same seed (to the nanosecond, where the machines' logarithms agree).
    ///
    /// # Panics
    /// If the rate is not a positive number.
    pub fn new(arrivals: Arrivals, rate: f64, length: Duration, seed: u64) -> Self {
        assert!(rate.is_finite() && rate > 0.0, "a positive rate, not {rate}");
        let starts = match arrivals {
            Arrivals::Uniform => uniform(rate, length),
            Arrivals::Poisson => poisson(rate, length, &mut Random::new(seed)),
        };
        Self { starts, length, arrivals, rate, seed }
    }

    /// All of them, in order.
    pub fn starts(&self) -> &[Duration] {
        &self.starts
    }

    /// How requests arrive.
    pub fn arrivals(&self) -> Arrivals {
        self.arrivals
    }

    /// Requests a second, on average.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// What decided it.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How long requests start for.
    pub fn length(&self) -> Duration {
        self.length
    }
}

/// From the beginning each: added up, the error of one distance would grow with their number.
#[expect(clippy::cast_precision_loss, reason = "a run has fewer than 2^53 requests")]
fn uniform(rate: f64, length: Duration) -> Vec<Duration> {
    let start = |n: u64| Duration::from_secs_f64(n as f64 / rate);
    (0..u64::MAX).map(start).take_while(|start| *start < length).collect()
}

/// The distances of a Poisson process, by inversion of their distribution.
fn poisson(rate: f64, length: Duration, random: &mut Random) -> Vec<Duration> {
    let mut at = 0.0;
    let mut starts = Vec::new();
    loop {
        at -= random.fraction().ln() / rate;
        let start = Duration::from_secs_f64(at);
        if start >= length {
            return starts;
        }
        starts.push(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn uniform_starts_keep_their_distance_to_the_end() {
        let schedule = Schedule::new(Arrivals::Uniform, 3.0, MINUTE, 0);
        assert_eq!(schedule.starts().len(), 180);
        assert_eq!(schedule.starts()[0], Duration::ZERO);
        assert_eq!(schedule.starts()[177], Duration::from_secs(59));
        assert_eq!(schedule.length(), MINUTE);
    }

    #[test]
    fn the_seed_decides_a_poisson_schedule() {
        let of = |seed| Schedule::new(Arrivals::Poisson, 100.0, MINUTE, seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).starts(), of(2).starts());
        assert!(of(1).starts().is_sorted());
        assert!(of(1).starts().iter().all(|start| *start < MINUTE));
    }

    /// Of a Poisson process the numbers in equal windows have the same mean and variance; of equal
    /// distances the variance is nothing. The seed is fixed, so this holds always or never.
    #[test]
    fn poisson_starts_come_in_bursts() {
        let schedule = Schedule::new(Arrivals::Poisson, 100.0, 10 * MINUTE, 42);
        let mut windows = [0_u32; 600];
        for start in schedule.starts() {
            windows[usize::try_from(start.as_secs()).expect("600 seconds")] += 1;
        }
        let mean = f64::from(windows.iter().sum::<u32>()) / 600.0;
        let variance = windows.iter().map(|n| (f64::from(*n) - mean).powi(2)).sum::<f64>() / 600.0;
        assert!((95.0..105.0).contains(&mean), "{mean}");
        assert!((85.0..115.0).contains(&variance), "{variance}");
    }

    #[test]
    #[should_panic(expected = "a positive rate")]
    fn no_rate_is_no_load() {
        Schedule::new(Arrivals::Uniform, 0.0, MINUTE, 0);
    }

    #[test]
    fn arrivals_have_names() {
        for arrivals in [Arrivals::Uniform, Arrivals::Poisson] {
            assert_eq!(Arrivals::parse(arrivals.key()), Some(arrivals));
        }
        assert_eq!(Arrivals::parse("closed"), None);
    }
}
