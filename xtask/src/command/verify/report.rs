use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jzon::{JsonValue, array, object};

use crate::terminal::{bad, dim, good, look, sign};

/// One thing that was proved, or was not.
#[derive(Debug)]
pub struct Line {
    pub group: String,
    pub name: String,
    /// How much was done: `41 tests, 20 runs`.
    pub extent: String,
    pub problems: Vec<String>,
    /// Something is missing on this machine.
    pub unverified: bool,
    pub took: Duration,
}

impl Line {
    pub fn new(group: &str, name: &str, problems: Vec<String>) -> Self {
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            extent: String::new(),
            problems,
            unverified: false,
            took: Duration::ZERO,
        }
    }
}

/// Everything that was proved so far, told line by line as it comes.
#[derive(Debug)]
pub struct Report {
    json: bool,
    started: Instant,
    lines: Vec<Line>,
    katas: BTreeMap<String, JsonValue>,
    /// What this machine lacks, each said once.
    missing: BTreeSet<String>,
}

impl Report {
    pub fn new(json: bool) -> Self {
        Self {
            json,
            started: Instant::now(),
            lines: Vec::new(),
            katas: BTreeMap::new(),
            missing: BTreeSet::new(),
        }
    }

    /// Standard output belongs to the JSON where that was asked for.
    fn say(&self, text: &str) {
        if self.json { eprintln!("{text}") } else { println!("{text}") }
    }

    /// Says what is being done, where that can be taken back.
    pub fn doing(what: &str) {
        if !look().plain && std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K  {}", dim(what));
        }
    }

    pub fn line(&mut self, line: Line) {
        if !look().plain && std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K");
        }
        let mark = match (line.problems.is_empty(), line.unverified) {
            (true, false) => good(sign("✓", "holds:")),
            (_, true) => sign("–", "not verified:").to_owned(),
            (false, false) => bad(sign("✗", "fails:")),
        };
        let seconds = format!("{:.1} s", line.took.as_secs_f64());
        let note = match (line.extent.is_empty(), line.took.as_millis() < 50) {
            (true, true) => String::new(),
            (true, false) => seconds,
            (false, _) => format!("{}, {seconds}", line.extent),
        };
        self.say(&format!("{mark} {:<9} {:<44} {}", line.group, line.name, dim(&note)));
        for problem in &line.problems {
            for text in problem.lines() {
                self.say(&format!("    {text}"));
            }
        }
        self.lines.push(line);
    }

    /// Something that a test needs and that is not here.
    pub fn missing(&mut self, what: &str) {
        if self.missing.insert(what.to_owned()) {
            self.say(&format!("    {}", what.replace('\n', "\n    ")));
        }
    }

    /// A kata's part of the JSON; see the reference page of the book.
    pub fn kata(&mut self, id: &str) -> &mut JsonValue {
        self.katas.entry(id.to_owned()).or_insert_with(|| {
            object! {
                "id": id, "reference": null, "stub": null,
                "wrong": array![], "alternates": array![], "traps": array![],
            }
        })
    }

    /// The last line, and the exit code.
    pub fn finish(self, allow_unverified: bool) -> ExitCode {
        let unverified = self.lines.iter().filter(|l| l.unverified).count();
        let failed = self.lines.iter().filter(|l| !l.unverified && !l.problems.is_empty()).count();
        let passed = self.lines.len() - failed - unverified;
        if self.json {
            let check = |l: &Line| {
                object! {
                    "group": l.group.as_str(), "name": l.name.as_str(),
                    "problems": &*l.problems, "not_verified": l.unverified,
                }
            };
            let report = object! {
                "schema": "trece-verify/v1",
                "katas": self.katas.values().cloned().collect::<Vec<_>>(),
                "checks": self.lines.iter().map(check).collect::<Vec<_>>(),
                "passed": passed, "failed": failed, "not_verified": unverified,
            };
            println!("{}", report.pretty(2));
        }
        self.say(&format!("\n{}", dim(&format!("{:.0} s", self.started.elapsed().as_secs_f64()))));
        let skipped =
            if unverified == 0 { String::new() } else { format!(", {unverified} skipped") };
        self.say(&format!("{passed} passed, {failed} failed{skipped}"));
        ExitCode::from(u8::from(failed > 0 || (unverified > 0 && !allow_unverified)))
    }
}
