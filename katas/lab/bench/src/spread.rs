//! How far the rounds lie apart.

use jzon::{JsonValue, object};

/// A value over the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// One of the values; of an even number of them, the upper of the two in the middle.
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// `{"median":…,"min":…,"max":…}`.
    pub fn json(self) -> JsonValue {
        object! { "median": self.median, "min": self.min, "max": self.max }
    }
}

/// None of nothing.
pub fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    Some(Spread {
        median: *values.get(values.len() / 2)?,
        min: *values.first()?,
        max: *values.last()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_values() {
        let found = spread(vec![3.0, 1.0, 2.0]);
        assert_eq!(found, Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(spread(Vec::new()), None);
    }
}
