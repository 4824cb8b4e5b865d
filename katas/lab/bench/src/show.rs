//! Numbers as a reader wants them.

/// `12.3 M/s`: three digits.
pub fn rate(rate: f64) -> String {
    let (value, unit) = match rate {
        r if r >= 999.5e6 => (r / 1e9, "G/s"),
        r if r >= 999.5e3 => (r / 1e6, "M/s"),
        r if r >= 999.5 => (r / 1e3, "k/s"),
        r => (r, "/s"),
    };
    let digits = match value {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}")
}

/// `1.24`, `12.3`, and `1/98` rather than 0.010: at most six characters.
pub fn ratio(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.0995 {
        return match 1.0 / ratio {
            times if times >= 9999.5 => format!("1/{:.0}k", times / 1000.0),
            times => format!("1/{times:.0}"),
        };
    }
    let digits = match ratio {
        r if r >= 99.95 => 0,
        r if r >= 9.995 => 1,
        _ => 2,
    };
    format!("{ratio:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_three_digits_and_fit() {
        let shown = [3.0, 999.4, 999.6, 12_345.0, 999_600.0, 55_060_000.0, 1.2e9].map(rate);
        assert_eq!(
            shown,
            ["3.00 /s", "999 /s", "1.00 k/s", "12.3 k/s", "1.00 M/s", "55.1 M/s", "1.20 G/s"]
        );
    }

    #[test]
    fn ratios_keep_what_means_something() {
        let shown = [123.4, 12.34, 1.0, 0.5, 0.0123, 0.0004, 0.000_01].map(ratio);
        assert_eq!(shown, ["123", "12.3", "1.00", "0.50", "1/81", "1/2500", "1/100k"]);
    }
}
