//! What the tests of every bench ask of its program, run as the runner calls it, on whatever the
//! learner's tree holds: steps that are not written yet must not disturb the others. A bench that
//! needs a server says so where there is none, and fails.

use std::process::{Command, Output};
use std::{env, fs};

use jzon::JsonValue;

use crate::run::Runs;

/// A test for each question that every bench is asked: `bench_lab::quick_tests!(BENCH);`, with a
/// [`Quick`] of that name.
#[macro_export]
macro_rules! quick_tests {
    ($bench:ident) => {
        $crate::quick_tests!($bench:
            json_has_a_verdict_for_each_way
            the_table_stays_within_80_columns
            wrong_arguments_are_named
            what_was_measured_is_kept
        );
    };
    ($bench:ident: $($question:ident)+) => {
        $(
            #[test]
            fn $question() {
                $bench.$question();
            }
        )+
    };
}

/// A bench's program, and what it is to say.
#[derive(Debug, Clone, Copy)]
pub struct Quick {
    /// The path of the program.
    pub program: &'static str,
    /// The name of the ways in the document, and those of all ways.
    pub way: &'static str,
    pub ways: &'static [&'static str],
    /// What each measured entry of the document has and no other.
    pub number: &'static str,
    /// One point that takes little time, such as `2x1`.
    pub point: &'static str,
    /// Whether there may be nothing, because there is no PostgreSQL.
    pub server: bool,
}

impl Quick {
    /// Runs the program with these arguments, in English.
    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(self.program);
        command.args(args).env("LC_ALL", "C").env_remove("TRECE_LANG");
        command.output().expect("the program runs")
    }

    /// What it says on standard output; nothing where there is no server, and that must be said.
    pub fn told(&self, args: &[&str]) -> Option<(Output, String)> {
        let output = self.run(args);
        if self.server && output.stdout.is_empty() {
            assert!(!output.stderr.is_empty(), "no PostgreSQL, and that is said");
            return None;
        }
        assert!(output.stderr.is_empty(), "no progress line into a pipe: {output:?}");
        let told = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        Some((output, told))
    }

    /// `--json` gives the document alone, with an entry for each way.
    pub fn json_has_a_verdict_for_each_way(&self) {
        let asked = ["--quick", "--points", self.point, "--json"];
        let Some((output, told)) = self.told(&asked) else { return };
        let report = jzon::parse(&told).expect("JSON alone on stdout");
        assert_eq!(report["schema"], "trece-bench/v1");
        let points = report["points"].as_array().expect("a list");
        let name = |point: &JsonValue| point[self.way].as_str().map(str::to_owned);
        let names: Vec<_> = points.iter().filter_map(name).collect();
        assert_eq!(names, self.ways);
        for point in points {
            let measured = point["status"] == "measured";
            assert_eq!(measured, point.get(self.number).is_some(), "{point}");
            assert_eq!(measured, point.get("message").is_none(), "{point}");
        }
        assert_eq!(output.status.success(), report["sound"] == true);
    }

    /// In Spanish, where words are longer.
    pub fn the_table_stays_within_80_columns(&self) {
        let asked = ["--quick", "--points", self.point, "--lang", "es"];
        let Some((_, told)) = self.told(&asked) else { return };
        for line in told.lines() {
            assert!(line.chars().count() <= crate::say::WIDTH, "{line}");
        }
    }

    /// Exit code 2, and which one.
    pub fn wrong_arguments_are_named(&self) {
        let output = self.run(&["--fast"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("--fast"));
        let help = self.run(&["--help"]).stdout;
        assert!(String::from_utf8_lossy(&help).contains("--points"));
    }

    /// `--keep` keeps every way that has a number; where none has, nothing.
    pub fn what_was_measured_is_kept(&self) {
        let name = format!("trece-bench-quick-{}", std::process::id());
        let folder = env::temp_dir().join(name);
        let name = folder.to_str().expect("UTF-8");
        let asked = ["--quick", "--points", self.point, "--json", "--keep", name];
        let Some((_, told)) = self.told(&asked) else { return };
        let report = jzon::parse(&told).expect("JSON alone on stdout");
        let points = report["points"].as_array().expect("a list");
        let measured: Vec<_> = points.iter().filter(|p| p["status"] == "measured").collect();
        if measured.is_empty() {
            assert!(!folder.exists(), "nothing to keep");
            return;
        }
        let runs = Runs::read(&folder).expect("what was kept");
        let table = fs::read_to_string(folder.join("table.md")).expect("a table");
        let pictures = fs::read_dir(&folder).expect("a folder").filter(|entry| {
            entry.as_ref().is_ok_and(|e| e.path().extension().is_some_and(|e| e == "svg"))
        });
        let pictures = pictures.count();
        fs::remove_dir_all(&folder).expect("our own folder");
        assert!(table.starts_with("```text\n") && pictures > 0, "{table}");
        let kept: Vec<&str> = runs.runs.iter().map(|run| run.variant.as_str()).collect();
        let named: Vec<&str> = measured.iter().filter_map(|p| p[self.way].as_str()).collect();
        assert_eq!(kept, named);
        assert!(runs.quick, "a glance");
    }
}
