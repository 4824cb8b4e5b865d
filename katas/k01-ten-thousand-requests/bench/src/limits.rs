//! What the operating system lets this process have.

use bench_lab::{Options, Point};

use crate::connections::needed;

/// Files that are open beside the connections.
const OTHERS: u64 = 100;

/// Raises the number of files that may be open as far as is allowed, and leaves out the points that
/// need more; those, with what each needs and what there is.
pub fn possible(options: &Options) -> (Options, Vec<(Point, u64, u64)>) {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
    within(options, limit)
}

fn within(options: &Options, limit: u64) -> (Options, Vec<(Point, u64, u64)>) {
    let mut possible = options.clone();
    let files = |point: &Point| needed(point.concurrency) as u64 + OTHERS;
    possible.points.retain(|point| files(point) <= limit);
    let beyond = options.points.iter().filter(|point| files(point) > limit);
    let beyond = beyond.map(|point| (*point, files(point), limit)).collect();
    (possible, beyond)
}

#[cfg(test)]
mod tests {
    use bench_lab::{Asked, Lang, parse};

    use super::*;
    use crate::profile::PROFILE;

    #[test]
    fn what_needs_more_files_is_left_out_and_named() {
        let Ok(Asked::Bench(options)) = parse([], Lang::En, &PROFILE) else {
            panic!("no arguments")
        };
        let (possible, beyond) = within(&options, 4096);
        let asking: Vec<_> = possible.points.iter().map(|point| point.concurrency).collect();
        assert_eq!(asking, [1, 100, 1000]);
        assert_eq!(beyond, [(Point { concurrency: 10_000, keys: 50 }, 12_616, 4096)]);
        assert!(within(&options, 20_000).1.is_empty());
    }
}
