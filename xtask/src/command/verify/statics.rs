//! What can be said of a kata without running it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::files;
use crate::workbook::{self, Kata, Outcome, Trap, Workbook};

/// A rule and what breaks it.
pub struct Finding {
    pub name: &'static str,
    pub problems: Vec<String>,
}

const MOST_TESTS: usize = 10;
const LEAST_TRAPS: usize = 10;
const LEAST_ALTERNATES: usize = 2;

/// Every rule about a kata's files.
pub fn check(workbook: &Workbook, kata: &Kata, bless: bool) -> Outcome<Vec<Finding>> {
    let tests = workbook::from_suite(kata)?;
    let mut list = current(&kata.dir.join("tests.toml"), &tests, bless)?;
    if kata.real.is_some() {
        list.extend(current(
            &kata.dir.join("real/tests.toml"),
            &workbook::from_real(kata)?,
            bless,
        )?);
    }
    let traps = workbook::traps(workbook, kata)?;
    Ok(vec![
        Finding { name: "tests.toml is current", problems: list },
        Finding { name: "steps are of a size", problems: sizes(kata, &tests) },
        Finding { name: "hints have three levels", problems: hints(kata) },
        Finding {
            name: "stub and reference have the same files",
            problems: same_files(workbook, kata)?,
        },
        Finding {
            name: "enough answers to prove the suite",
            problems: enough(workbook, kata, &traps)?,
        },
        Finding { name: "every test catches a trap", problems: idle(&tests, &traps) },
    ])
}

/// Whether the committed list is that of the source; where it is to be blessed, it is made so.
fn current(path: &Path, tests: &[workbook::TestEntry], bless: bool) -> Outcome<Vec<String>> {
    let rendered = workbook::render(tests);
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if committed == rendered {
        return Ok(Vec::new());
    }
    if bless {
        files::write_atomic(path, rendered.as_bytes())?;
        return Ok(Vec::new());
    }
    let name = path.display();
    Ok(vec![format!("{name} differs from the suite; `cargo xtask verify --bless` writes it anew")])
}

fn sizes(kata: &Kata, tests: &[workbook::TestEntry]) -> Vec<String> {
    let mut problems = Vec::new();
    for step in &kata.steps {
        let n = tests.iter().filter(|t| t.step == step.module).count();
        if n == 0 || n > MOST_TESTS {
            problems.push(format!("{} has {n} tests; 1 to {MOST_TESTS} are right", step.module));
        }
    }
    problems
}

fn hints(kata: &Kata) -> Vec<String> {
    let mut problems = Vec::new();
    for name in ["hints.md", "hints.es.md"] {
        for step in &kata.steps {
            let levels = workbook::hints_in(kata, name, &step.module).map_or(0, |l| l.len());
            if levels != 3 {
                problems.push(format!("{name}: {} has {levels} levels", step.module));
            }
        }
    }
    problems
}

fn same_files(workbook: &Workbook, kata: &Kata) -> Outcome<Vec<String>> {
    let stub = files::tree(&kata.stub())?;
    let reference = files::tree(&workbook.solutions(kata).join("reference"))?;
    Ok(if stub == reference {
        Vec::new()
    } else {
        vec![format!("stub has {stub:?}, the reference {reference:?}")]
    })
}

fn enough(workbook: &Workbook, kata: &Kata, traps: &[Trap]) -> Outcome<Vec<String>> {
    let alternates = workbook::alternates(workbook, kata)?.len();
    let mut problems = Vec::new();
    if alternates < LEAST_ALTERNATES {
        problems.push(format!("{alternates} alternates; at least {LEAST_ALTERNATES}"));
    }
    if traps.len() < LEAST_TRAPS {
        problems.push(format!("{} traps; at least {LEAST_TRAPS}", traps.len()));
    }
    Ok(problems)
}

/// Tests that no trap names: nothing shows that they can fail on a plausible answer.
fn idle(tests: &[workbook::TestEntry], traps: &[Trap]) -> Vec<String> {
    let named: BTreeSet<&str> =
        traps.iter().flat_map(|t| &t.fails).map(|e| e.test.as_str()).collect();
    let idle = tests.iter().map(workbook::TestEntry::id).filter(|id| !named.contains(id.as_str()));
    idle.map(|id| format!("{id} catches no trap")).collect()
}
