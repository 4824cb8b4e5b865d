//! Of all pictures.

use std::time::Duration;

use super::*;
use crate::latency::{Curve, Latencies};

fn caption(name: &str) -> Caption {
    Caption::new(name, "Rate < wish & \"reality\"", "Threads: 10 ms. Tokio: 2 ms.")
}

fn curve(scale: u64) -> Curve {
    let mut latencies = Latencies::new();
    for n in 1..=10_000_u64 {
        // A long tail: the slower, the rarer.
        latencies.record(Duration::ZERO, Duration::from_micros(scale * 10_000 / n));
    }
    Curve::of(&latencies)
}

fn latency_curve() -> String {
    let curves = [("threads", 900), ("tokio", 300), ("a rather long name of something", 40)];
    LatencyCurve {
        caption: caption("curve"),
        across: "requests".into(),
        upwards: "latency".into(),
        curves: curves.map(|(name, scale)| (name.to_owned(), curve(scale))).to_vec(),
    }
    .svg()
}

fn sweep(unit: Unit) -> String {
    let series = |name: &str, factor: f64| Series {
        name: name.into(),
        points: [1.0_f64, 10.0, 100.0, 1e3, 1e4].map(|load| (load, factor * load.sqrt())).to_vec(),
    };
    Sweep {
        caption: caption("sweep"),
        across: "in flight".into(),
        upwards: "p99".into(),
        unit,
        series: [("threads", 3), ("tokio", 4), ("a", 6), ("b", 8), ("c", 12), ("d", 16)]
            .map(|(name, thousandths)| series(name, f64::from(thousandths) / 1000.0))
            .to_vec(),
    }
    .svg()
}

fn bars() -> String {
    let group =
        |name: &str, values: [Option<f64>; 3]| Group { name: name.into(), values: values.to_vec() };
    Bars {
        caption: caption("bars"),
        upwards: "sales a second".into(),
        unit: Unit::Count,
        series: ["conditional", "locked", "versioned"].map(Into::into).to_vec(),
        groups: vec![
            group("1 item", [Some(745.0), Some(321.0), None]),
            group("64 items", [Some(1541.0), Some(1213.0), Some(1143.0)]),
        ],
    }
    .svg()
}

fn timeline() -> String {
    let lane = |name: &str, offset: f64| Lane {
        name: name.into(),
        spans: (0..4_u8)
            .map(|n| Span {
                from: f64::from(n) + offset,
                to: f64::from(n) + 0.4,
                kind: usize::from(n % 2),
            })
            .collect(),
        events: vec![Event { at: 3.9, kind: 2 }],
    };
    let band = |from, to, level, name: &str| Band { from, to, level, name: name.into() };
    Timeline {
        caption: caption("timeline"),
        kinds: ["served", "refused", "probe"].map(Into::into).to_vec(),
        lanes: vec![lane("client A", 0.0), lane("a client with a name", 0.1)],
        bands: vec![
            band(0.0, 1.5, 0, "closed"),
            band(1.5, 3.0, 2, "open"),
            band(3.0, 3.2, 1, "half-open"),
            band(3.2, 3.4, 2, "open again"),
            band(3.4, 4.0, 1, "half-open"),
        ],
    }
    .svg()
}

fn all() -> [(&'static str, String); 5] {
    [
        ("curve", latency_curve()),
        ("sweep-time", sweep(Unit::Time)),
        ("sweep-count", sweep(Unit::Count)),
        ("bars", bars()),
        ("timeline", timeline()),
    ]
}

/// `TRECE_BLESS=1` writes them anew. Look at them then, in light and in dark.
#[test]
fn the_same_data_give_the_same_bytes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures");
    for ((name, svg), (_, again)) in all().into_iter().zip(all()) {
        assert_eq!(svg, again, "{name}");
        let path = format!("{folder}/{name}.svg");
        if std::env::var_os("TRECE_BLESS").is_some() {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(&path, &svg).expect("a file");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(svg == kept, "{path} is not what is drawn now; TRECE_BLESS=1 writes it anew");
    }
}

#[test]
fn each_says_what_it_shows() {
    for (name, svg) in all() {
        assert!(svg.contains(r#"role="img""#), "{name}");
        let id = svg.split(r#"aria-labelledby=""#).nth(1).and_then(|rest| rest.split('"').next());
        for id in id.expect("names").split(' ') {
            assert!(svg.contains(&format!(r#"id="{id}""#)), "{name}: {id}");
        }
        let title = "-title\">Rate &lt; wish &amp; &quot;reality&quot;</title>";
        assert!(svg.contains(title) && svg.contains("-desc\">Threads: 10 ms. Tokio: 2 ms.</desc>"));
    }
}

#[test]
fn colours_are_the_style_sheets_alone() {
    for (name, svg) in all() {
        assert_eq!(svg.matches("prefers-color-scheme:dark").count(), 1, "{name}");
        let (before, rest) = svg.split_once("<style>").expect("styles");
        let (_, after) = rest.split_once("</style>").expect("their end");
        for outside in [before, after] {
            assert!(!outside.contains('#') && !outside.contains("style="), "{name}");
            assert!(!outside.contains("fill=") && !outside.contains("stroke="), "{name}");
        }
    }
}

/// Each begun element ends, in order, and nothing lies beside the paper.
#[test]
fn the_documents_are_well_formed() {
    for (name, svg) in all() {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let tag = tag.split('>').next().expect("a tag's end");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "{name}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().expect("a name"));
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        for (axis, most) in [("x", 720.0), ("x1", 720.0), ("x2", 720.0), ("cx", 720.0)] {
            for part in svg.split(&format!(r#" {axis}=""#)).skip(1) {
                let at: f64 = part.split('"').next().expect("a value").parse().expect("a number");
                assert!((0.0..=most).contains(&at), "{name}: {axis} {at}");
            }
        }
    }
}

/// What was stopped before anything was measured has pictures too.
#[test]
fn nothing_is_drawn_of_nothing() {
    let curve = LatencyCurve {
        caption: caption("empty"),
        across: String::new(),
        upwards: String::new(),
        curves: vec![("nothing".into(), Curve::default())],
    };
    let bars = Bars {
        caption: caption("empty"),
        upwards: String::new(),
        unit: Unit::Time,
        series: Vec::new(),
        groups: Vec::new(),
    };
    let timeline = Timeline {
        caption: caption("empty"),
        kinds: Vec::new(),
        lanes: Vec::new(),
        bands: Vec::new(),
    };
    for svg in [curve.svg(), bars.svg(), timeline.svg()] {
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
