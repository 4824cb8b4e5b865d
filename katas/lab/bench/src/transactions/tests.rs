use super::*;
use crate::options::tests::options;
use crate::trouble::tests::Missing;
use crate::{Trouble, Turn, Way};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Lock {
    Waits,
    Retries,
    Loses,
    Later,
}

impl Way for Lock {
    const ALL: &'static [Self] = &[Self::Waits, Self::Retries, Self::Loses, Self::Later];

    fn key(self) -> &'static str {
        ["waits", "retries", "loses", "later"][self.index()]
    }

    fn step(self) -> Option<&'static str> {
        (self == Self::Later).then_some("s4_later")
    }
}

/// One way that loses money, and one that is not written yet.
struct Shop;

impl Bench for Shop {
    type Way = Lock;
    type Sample = Sample;
    type Wrong = Missing;

    fn run(&mut self, turn: &Turn<Lock>) -> Result<Sample, Trouble<Missing>> {
        match turn.way {
            Lock::Waits => Ok(sample(1000, 0)),
            Lock::Retries => Ok(sample(2000, 500)),
            Lock::Loses => Err(Missing(3).into()),
            Lock::Later => Err(Trouble::NotWritten),
        }
    }

    fn versions(&mut self) -> Vec<(&'static str, String)> {
        vec![("PostgreSQL", "15.7".to_owned())]
    }
}

fn sample(count: u64, retries: u64) -> Sample {
    let latencies = (1..=count).map(|n| n * 10).collect();
    Sample { latencies, seconds: 2.0, counts: vec![retries, retries], of: None }
}

const SHEET: Sheet = Sheet {
    kata: "k99",
    columns: Columns { way: "strategy", concurrency: "clients", keys: "items" },
    one: "sale",
    many: "sales",
    counts: &["retries", "aborts"],
    name_width: 13,
    fewest_keys: 2,
};

static WORDS: Words = Words {
    title: "k99 bench",
    how: "The median of {} rounds of {} s.",
    head: &["clients", "way", "sales/s", "p50 ms", "p99 ms", "retries", "aborts"],
    few_keys: "two items",
    many_keys: "{} items",
    spoken: "{}, clients: {}, {}: {} a second, {} ms, {} ms, {} retries, {} aborts.",
    troubles: [
        ("not_written", "not written yet"),
        ("panicked", "panicked"),
        ("refused", "refused"),
        ("wrong_books", "wrong books"),
        ("stuck", "did not end"),
    ],
    wrong: "No number is told.",
    not_optimised: "Built without --release.",
    notes: ["One note.", "Another.", "The last."],
};

fn told(args: &[&str]) -> (End, String) {
    let (mut out, options) = (Vec::new(), options(args));
    let series = Series::new(&options, Shop);
    let end = tell(&SHEET, &WORDS, &options, series, &[], &mut out).expect("memory");
    (end, String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn the_table_has_a_line_for_each_way_that_has_numbers() {
    let (end, told) = told(&["--points", "1x2,4x2,4x64"]);
    assert_eq!(end, End::Wrong);
    let table = "\
 clients  way             sales/s    p50 ms    p99 ms   retries    aborts
────────────────────────────────────────────────────────────────────────
two items
       1  waits               500      5.01      9.91      0.00      0.00
       1  retries            1000     10.01     19.81      0.25      0.25
       4  waits               500      5.01      9.91      0.00      0.00
       4  retries            1000     10.01     19.81      0.25      0.25
64 items
       4  waits               500      5.01      9.91      0.00      0.00
       4  retries            1000     10.01     19.81      0.25      0.25

- loses: wrong books: 3 missing. No number is told.
- later (s4_later): not written yet
";
    assert!(told.contains(table), "{told}");
    assert!(told.ends_with("- One note.\n- Another.\n- The last.\n"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= crate::say::WIDTH), "{told}");
}

#[test]
fn plain_is_a_sentence_a_row_without_signs() {
    let (_, told) = told(&["--plain", "--points", "1x2"]);
    let row = "two items, clients: 1, retries: 1000 a second, 10.01 ms, 19.81 ms, 0.25 retries, \
               0.25 aborts.\n";
    assert!(told.contains(row), "{told}");
    assert!(!told.contains(['─', '│']) && !told.contains("\n- "), "{told}");
}

#[test]
fn the_document_has_an_entry_for_each_way_at_each_point() {
    let (_, told) = told(&["--json", "--quick", "--points", "1x2,4x2"]);
    let document = jzon::parse(&told).expect("JSON alone");
    let head = ["schema", "kata"].map(|key| document[key].as_str());
    assert_eq!(head, [Some("trece-bench/v1"), Some("k99")]);
    assert_eq!((&document["quick"], &document["sound"]), (&true.into(), &false.into()));
    assert!(document["machine"].has_key("optimised"), "{document}");
    assert!(!document["machine"].has_key("others_share"), "nobody asked");
    let points = document["points"].as_array().expect("a list");
    assert_eq!(points.len(), 8);
    let sold = jzon::object! {
        "strategy": "retries", "clients": 1, "items": 2, "status": "measured",
        "sales": 2000, "seconds": 2.0, "sales_per_second": 1000.0, "p50_ms": 10.01,
        "p99_ms": 19.81, "retries_per_sale": 0.25, "aborts_per_sale": 0.25,
    };
    assert_eq!(points[1].dump(), sold.dump());
    assert_eq!(points[6]["message"], "3 missing");
    assert_eq!(
        (&points[7]["status"], &points[7]["step"]),
        (&"not_written".into(), &"s4_later".into())
    );
}

#[test]
fn what_is_kept_is_the_drawn_table_with_its_runs_and_pictures() {
    let folder = std::env::temp_dir().join(format!("trece-bench-lab-told-{}", std::process::id()));
    let name = folder.to_str().expect("UTF-8");
    let (_, told) = told(&["--plain", "--points", "1x2,4x2", "--keep", name]);
    assert!(told.contains("\nKept for your notebook: "), "{told}");
    let runs = crate::run::Runs::read(&folder).expect("what was kept");
    let page = std::fs::read_to_string(folder.join("table.md")).expect("a table");
    let drawn = folder.join("throughput-2.svg").is_file() && folder.join("latency-2.svg").is_file();
    std::fs::remove_dir_all(&folder).expect("our own folder");
    assert!(page.contains("       4  retries            1000"), "{page}");
    assert!(!page.contains("Kept"), "{page}");
    assert!(drawn);
    assert_eq!(runs.versions["PostgreSQL"], "15.7");
    assert_eq!((runs.keys.as_deref(), runs.runs.len()), (Some("items"), 4));
    let run = &runs.runs[1];
    assert_eq!((run.variant.as_str(), run.keys), ("retries", Some(2)));
    assert_eq!(run.counts["retries_per_sale"].to_string(), "0.25");
}
