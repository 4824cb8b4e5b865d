//! Where in the field a measurement stands.

use std::ops::RangeInclusive;

/// How many ask at one time, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Threads, or clients, each with one request under way.
    pub concurrency: usize,
    /// Accounts, items: so many rows the requests are spread over. The fewer, the more often two
    /// of them want the same.
    pub keys: usize,
}

/// `2x1,16x64`: concurrency and keys of each point. Nothing if a number is not one, or beyond what
/// is allowed.
pub fn points(
    list: &str,
    concurrency: &RangeInclusive<usize>,
    keys: &RangeInclusive<usize>,
) -> Option<Vec<Point>> {
    let number = |n: &str, of: &RangeInclusive<usize>| n.parse().ok().filter(|n| of.contains(n));
    list.split(',')
        .map(|point| {
            let (asking, over) = point.split_once('x')?;
            Some(Point { concurrency: number(asking, concurrency)?, keys: number(over, keys)? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_or_refused_as_a_whole() {
        let read = |list| points(list, &(1..=100), &(2..=64));
        let both = [Point { concurrency: 2, keys: 2 }, Point { concurrency: 16, keys: 64 }];
        assert_eq!(read("2x2,16x64"), Some(both.to_vec()));
        for wrong in ["", "2", "2x", "x2", "0x2", "2x1", "101x2", "2x65", "2x2,", "2x2, 4x4"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
