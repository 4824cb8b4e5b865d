//! Pictures of what is kept.

use std::time::Duration;

use super::files::slug;
use super::{Run, Runs};
use crate::Lang;
use crate::picture::{Bars, Caption, Group, LatencyCurve, Series, Sweep, Unit};
use crate::words::{Words, words};

/// What the pictures of a bench are called by, in the reader's language.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    words: &'static Words,
    /// Of the axis of the concurrency, such as `clients`.
    across: &'a str,
    /// Of the axis of the throughput, such as `sales/s`.
    rate: &'a str,
    /// A number of keys, in words.
    keys: &'a dyn Fn(usize) -> String,
    every_curve: bool,
}

impl<'a> Labels<'a> {
    /// Of a bench whose latencies are drawn where most ask.
    pub fn new(
        lang: Lang,
        across: &'a str,
        rate: &'a str,
        keys: &'a dyn Fn(usize) -> String,
    ) -> Self {
        Self { words: words(lang), across, rate, keys, every_curve: false }
    }

    /// Latencies are drawn at each concurrency.
    #[must_use]
    pub fn every_curve(self) -> Self {
        Self { every_curve: true, ..self }
    }
}

/// A value of each run, where it has one.
type Value<'a> = &'a dyn Fn(&Run) -> Option<f64>;

/// Of each number of keys: the throughput (`throughput-KEYS.svg`) and the 99th percentile of the
/// latency (`p99-KEYS.svg`) by concurrency, and the latencies by percentile where most ask
/// (`latency-KEYS.svg`), or at each concurrency (`latency-KEYS-CONCURRENCY.svg`). Where runs have no
/// keys their number is left out, and where there are no latencies their pictures are.
///
/// Files' names and contents, in the order of the runs.
///
/// # Panics
/// With more than six variants.
pub fn pictures(runs: &Runs, labels: &Labels) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for keys in distinct(runs.runs.iter().map(|run| run.keys)) {
        let here: Vec<&Run> = runs.runs.iter().filter(|run| run.keys == keys).collect();
        let sheet = Sheet { kata: &runs.kata, labels, keys, runs: &here };
        let throughput = |run: &Run| Some(run.throughput());
        all.push(sheet.by_concurrency("throughput", labels.rate, Unit::Count, &throughput));
        let measured = |run: &&&Run| !run.curve.steps.is_empty();
        let asking = distinct(here.iter().filter(measured).map(|run| run.concurrency));
        if asking.is_empty() {
            continue;
        }
        let p99 = |run: &Run| {
            let p99 = run.summary.p99;
            (p99 > Duration::ZERO).then_some(p99.as_secs_f64())
        };
        all.push(sheet.by_concurrency("p99", labels.words.p99, Unit::Time, &p99));
        if labels.every_curve {
            all.extend(asking.iter().map(|&n| sheet.curves(n, &format!("-{n}"))));
        } else {
            all.extend(asking.iter().max().map(|&n| sheet.curves(n, "")));
        }
    }
    all
}

/// The runs of one number of keys.
struct Sheet<'a> {
    kata: &'a str,
    labels: &'a Labels<'a>,
    keys: Option<usize>,
    runs: &'a [&'a Run],
}

impl Sheet<'_> {
    /// Over the concurrency; as bars, where there is but one.
    fn by_concurrency(&self, name: &str, upwards: &str, unit: Unit, of: Value) -> (String, String) {
        let asking = distinct(self.runs.iter().map(|run| run.concurrency));
        let variants = distinct(self.runs.iter().map(|run| run.variant.as_str()));
        let at = |variant: &str, n: usize| {
            let run = self.runs.iter().find(|run| run.variant == variant && run.concurrency == n);
            run.and_then(|run| of(run))
        };
        let caption = self.caption(name, upwards, || {
            let most = asking.iter().copied().max().unwrap_or(0);
            let values = variants.iter().filter_map(|variant| {
                at(variant, most).map(|value| format!("{variant} {}", unit.label(value)))
            });
            (most, values.collect())
        });
        let svg = if let [one] = asking[..] {
            let group = Group {
                name: format!("{one} {}", self.labels.across),
                values: variants.iter().map(|variant| at(variant, one)).collect(),
            };
            let series = variants.iter().map(ToString::to_string).collect();
            Bars { caption, upwards: upwards.to_owned(), unit, series, groups: vec![group] }.svg()
        } else {
            let series = variants.iter().map(|variant| Series {
                name: (*variant).to_owned(),
                points: asking
                    .iter()
                    .filter_map(|&n| at(variant, n).map(|value| (count(n), value)))
                    .collect(),
            });
            let (across, upwards) = (self.labels.across.to_owned(), upwards.to_owned());
            Sweep { caption, across, upwards, unit, series: series.collect() }.svg()
        };
        (format!("{}.svg", self.file(name)), svg)
    }

    fn curves(&self, concurrency: usize, suffix: &str) -> (String, String) {
        let runs = self.runs.iter();
        let runs = runs.filter(|r| r.concurrency == concurrency && !r.curve.steps.is_empty());
        let words = self.labels.words;
        let name = format!("latency{suffix}");
        let title = format!("{}, {concurrency} {}", words.latency, self.labels.across);
        let caption = self.caption(&name, &title, || {
            let p99 = |run: &&Run| {
                let p99 = Unit::Time.label(run.summary.p99.as_secs_f64());
                format!("{} {p99} ({})", run.variant, words.p99)
            };
            (concurrency, runs.clone().map(p99).collect())
        });
        let svg = LatencyCurve {
            caption,
            across: words.requests.to_owned(),
            upwards: words.latency.to_owned(),
            curves: runs.clone().map(|run| (run.variant.clone(), run.curve.clone())).collect(),
        };
        let base = self.file("latency");
        (format!("{base}{suffix}.svg"), svg.svg())
    }

    fn file(&self, name: &str) -> String {
        self.keys.map_or_else(|| name.to_owned(), |keys| format!("{name}-{keys}"))
    }

    /// `values` are told in words, with the concurrency that they are of.
    fn caption(
        &self,
        name: &str,
        title: &str,
        values: impl FnOnce() -> (usize, Vec<String>),
    ) -> Caption {
        let keys = self.keys.map(|keys| format!(", {}", (self.labels.keys)(keys)));
        let title = format!("{}: {title}{}", self.kata, keys.unwrap_or_default());
        let (concurrency, values) = values();
        let said = format!("{concurrency} {}: {}.", self.labels.across, values.join(", "));
        Caption::new(&format!("{}-{}", self.kata, slug(&self.file(name))), &title, &said)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Each once, in the order of their first appearance.
fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::Latencies;
    use crate::run::Load;

    fn runs(points: &[(&str, usize, Option<usize>, bool)]) -> Runs {
        let mut runs = Runs::new("k99", false);
        for &(variant, concurrency, keys, timed) in points {
            let mut latencies = Latencies::new();
            if timed {
                (1..=200).for_each(|n| latencies.record(Duration::ZERO, Duration::from_micros(n)));
            }
            let (load, time) = (Load::Closed { seed: 1 }, Duration::from_secs(1));
            let mut run = Run::new(variant, concurrency, load, time, &latencies);
            (run.keys, run.summary.count) = (keys, 200);
            runs.runs.push(run);
        }
        runs
    }

    fn drawn(runs: &Runs, every: bool) -> Vec<(String, String)> {
        let keys = |keys: usize| format!("{keys} items");
        let labels = Labels::new(Lang::En, "clients", "sales/s", &keys);
        pictures(runs, &if every { labels.every_curve() } else { labels })
    }

    fn files(drawn: &[(String, String)]) -> Vec<&str> {
        drawn.iter().map(|(file, _)| file.as_str()).collect()
    }

    #[test]
    fn each_number_of_keys_has_its_pictures() {
        let drawn = drawn(
            &runs(&[("a", 1, Some(1), true), ("a", 4, Some(1), true), ("a", 1, Some(64), true)]),
            false,
        );
        assert_eq!(
            files(&drawn),
            [
                "throughput-1.svg",
                "p99-1.svg",
                "latency-1.svg",
                "throughput-64.svg",
                "p99-64.svg",
                "latency-64.svg"
            ]
        );
        assert!(drawn[0].1.contains("k99: sales/s, 1 items"), "{}", drawn[0].1);
        assert!(drawn[0].1.contains("4 clients: a 200."), "{}", drawn[0].1);
        assert!(drawn[2].1.contains("latency, 4 clients"), "{}", drawn[2].1);
    }

    #[test]
    fn without_keys_or_latencies_there_is_less() {
        let counted = runs(&[("a", 1, None, false), ("b", 1, None, false)]);
        assert_eq!(files(&drawn(&counted, false)), ["throughput.svg"]);
        let all = runs(&[("a", 1, None, true), ("b", 100, None, true)]);
        let all = drawn(&all, true);
        assert_eq!(files(&all), ["throughput.svg", "p99.svg", "latency-1.svg", "latency-100.svg"]);
    }
}
