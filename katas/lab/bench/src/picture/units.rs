//! Numbers on an axis.

use super::svg::number;

/// `1 µs`, `250 ms`, `2 s`, of seconds: the unit in which it is shortest.
pub fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s <= 0.0 => return "0".to_owned(),
        s if s < 0.999_999_5e-6 => (s * 1e9, "ns"),
        s if s < 0.999_999_5e-3 => (s * 1e6, "µs"),
        s if s < 0.999_999_5 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    format!("{} {unit}", number(value))
}

/// `250`, `1.5 k`, `2 M`.
pub fn count(value: f64) -> String {
    match value {
        v if v >= 999_999.5e3 => format!("{} G", number(v / 1e9)),
        v if v >= 999_999.5 => format!("{} M", number(v / 1e6)),
        v if v >= 999.999_5 => format!("{} k", number(v / 1e3)),
        v => number(v),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_their_shortest_unit() {
        let shown = [0.0, 5e-9, 1e-6, 2.5e-4, 0.25, 1.0, 90.0].map(time);
        assert_eq!(shown, ["0", "5 ns", "1 µs", "250 µs", "250 ms", "1 s", "90 s"]);
    }

    #[test]
    fn counts_are_short() {
        let shown = [0.0, 0.5, 250.0, 1000.0, 1500.0, 2e6, 3e9].map(count);
        assert_eq!(shown, ["0", "0.5", "250", "1 k", "1.5 k", "2 M", "3 G"]);
    }
}
