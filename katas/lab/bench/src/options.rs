//! What was asked for.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::point::points;
use crate::{Lang, Point};

/// What a bench does without arguments, what less is with `--quick`, and what it can be asked for.
#[derive(Debug, Clone)]
pub struct Profile {
    pub full: Effort,
    pub quick: Effort,
    /// Of the points that are measured when none are asked for: at each number of keys, all of
    /// these.
    pub concurrency: &'static [usize],
    /// The same with `--quick`.
    pub quick_concurrency: &'static [usize],
    pub keys: &'static [usize],
    /// What `--points` may ask for.
    pub concurrency_allowed: RangeInclusive<usize>,
    pub keys_allowed: RangeInclusive<usize>,
    /// Arguments of this bench alone, such as `--grid`; see [`Options::has`].
    pub flags: &'static [&'static str],
    /// The same with a value, such as `--target URL`; see [`Options::value`].
    pub values: &'static [&'static str],
}

/// How long and how often each way is measured at each point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Odd, so that the median is one of them.
    pub rounds: usize,
    pub run: Duration,
    /// Of a run before the first round of a point, which is not counted; none: there is no such
    /// run.
    pub warm_up: Option<Duration>,
}

/// What a bench is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Bench(Options),
    Help(Lang),
}

/// The arguments that all benches know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub lang: Lang,
    /// One sentence a row, no drawing: for a screen reader.
    pub plain: bool,
    /// One document instead of the table.
    pub json: bool,
    /// A glance, no result.
    pub quick: bool,
    pub effort: Effort,
    pub points: Vec<Point>,
    /// Those of [`Profile::flags`] that were given.
    pub flags: Vec<&'static str>,
    /// Those of [`Profile::values`] that were given, with what for.
    pub values: Vec<(&'static str, String)>,
    /// The folder that what is measured is kept in; none: it is told only. See [`crate::run::Kept`].
    pub keep: Option<PathBuf>,
}

impl Options {
    /// Whether that one of [`Profile::flags`] was given.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// What that one of [`Profile::values`] was given; of several, the last.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// The most who ask at one time at any point.
    pub fn most(&self) -> usize {
        self.points.iter().map(|p| p.concurrency).max().unwrap_or(1)
    }
}

/// Reads the arguments, without the program's name. `lang` is the language if none is named.
///
/// # Errors
/// The argument that is not understood, or whose value is not.
pub fn parse(
    args: impl IntoIterator<Item = OsString>,
    lang: Lang,
    profile: &Profile,
) -> Result<Asked, String> {
    let mut options = Options {
        lang,
        plain: false,
        json: false,
        quick: false,
        effort: profile.full,
        points: Vec::new(),
        flags: Vec::new(),
        values: Vec::new(),
        keep: None,
    };
    let (concurrency, keys) = (&profile.concurrency_allowed, &profile.keys_allowed);
    let mut help = false;
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let bad = || arg.to_string_lossy().into_owned();
        let mut value = || args.next().and_then(|v| v.into_string().ok());
        match arg.to_str() {
            Some("--plain") => options.plain = true,
            Some("--json") => options.json = true,
            Some("--quick") => options.quick = true,
            Some("--help" | "-h") => help = true,
            Some("--keep") => options.keep = Some(args.next().ok_or_else(bad)?.into()),
            Some("--lang") => {
                options.lang = value().and_then(|v| Lang::parse(&v)).ok_or_else(bad)?;
            }
            Some("--points") => {
                let points = value().and_then(|v| points(&v, concurrency, keys));
                options.points = points.ok_or_else(bad)?;
            }
            other => {
                if let Some(own) = profile.values.iter().find(|name| other == Some(**name)) {
                    options.values.push((*own, value().ok_or_else(bad)?));
                    continue;
                }
                let own = profile.flags.iter().find(|flag| other == Some(**flag));
                options.flags.push(*own.ok_or_else(bad)?);
            }
        }
    }
    if help {
        return Ok(Asked::Help(options.lang));
    }
    let mut concurrency = profile.concurrency;
    if options.quick {
        (options.effort, concurrency) = (profile.quick, profile.quick_concurrency);
    }
    if options.points.is_empty() {
        let at = |&keys| concurrency.iter().map(move |&n| Point { concurrency: n, keys });
        options.points = profile.keys.iter().flat_map(at).collect();
    }
    Ok(Asked::Bench(options))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const FULL: Effort = Effort { rounds: 5, run: Duration::from_millis(400), warm_up: None };
    const QUICK: Effort = Effort { rounds: 1, run: Duration::from_millis(150), warm_up: None };

    fn profile() -> Profile {
        Profile {
            full: FULL,
            quick: QUICK,
            concurrency: &[1, 2, 4],
            quick_concurrency: &[8],
            keys: &[2, 64],
            concurrency_allowed: 1..=100,
            keys_allowed: 2..=100,
            flags: &["--grid"],
            values: &["--target"],
        }
    }

    fn asked(args: &[&str]) -> Result<Asked, String> {
        parse(args.iter().map(OsString::from), Lang::En, &profile())
    }

    /// What these arguments ask for, of a bench like any.
    pub fn options(args: &[&str]) -> Options {
        match asked(args) {
            Ok(Asked::Bench(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_arguments_all_points_are_measured() {
        let options = options(&[]);
        assert_eq!(options.points.len(), 6);
        assert_eq!(options.points[0], Point { concurrency: 1, keys: 2 });
        assert_eq!(options.points[5], Point { concurrency: 4, keys: 64 });
        assert_eq!((options.effort, options.most()), (FULL, 4));
        assert!(!options.json && !options.plain && !options.quick && !options.has("--grid"));
    }

    #[test]
    fn quick_is_fewer_points_and_shorter_whatever_the_order() {
        let quick = options(&["--quick", "--json", "--plain", "--lang", "es"]);
        assert_eq!(quick.points.len(), 2);
        assert_eq!((quick.effort, quick.lang), (QUICK, Lang::Es));
        assert!(quick.json && quick.plain && quick.quick && quick.keep.is_none());
        assert_eq!(options(&["--keep", "a b"]).keep, Some("a b".into()));
        assert_eq!(options(&["--points", "2x2", "--quick"]).points.len(), 1);
    }

    #[test]
    fn a_bench_may_have_arguments_of_its_own() {
        assert!(options(&["--grid"]).has("--grid"));
        assert_eq!(asked(&["--grids"]), Err("--grids".to_owned()));
        assert_eq!(options(&["--target", "a", "--target", "b"]).value("--target"), Some("b"));
        assert_eq!(options(&[]).value("--target"), None);
        assert_eq!(asked(&["--target"]), Err("--target".to_owned()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (args, bad) in [
            (&["--fast"][..], "--fast"),
            (&["--lang"], "--lang"),
            (&["--keep"], "--keep"),
            (&["--lang", "fr"], "--lang"),
            (&["--points", "2"], "--points"),
            (&["--points", "0x2"], "--points"),
            (&["--points", "2x1"], "--points"),
            (&["--points", "2x999"], "--points"),
        ] {
            assert_eq!(asked(args), Err(bad.to_owned()), "{args:?}");
        }
        assert_eq!(asked(&["--lang", "es", "-h"]), Ok(Asked::Help(Lang::Es)));
    }
}
