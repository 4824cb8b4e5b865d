use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use crate::cli::Merge;
use crate::intake::identified;
use crate::result::{Grade, Unit};
use crate::store::{self, Store};
use crate::table::Table;

/// The exit code of a merge that would leave somebody out, or count somebody twice.
const INCOMPLETE: u8 = 5;

/// Puts parts together. Nothing is written unless all of it fits.
pub fn run(options: &Merge) -> Outcome<u8> {
    if options.parts.is_empty() {
        return Err(Trouble::usage(t!("grade.no_parts")));
    }
    let parts: Vec<Store> = options.parts.iter().map(Store::new).collect();
    let mut runs = Vec::new();
    for part in &parts {
        runs.push(part.run()?);
    }
    let first = runs.first().expect("there is a part").clone();
    let mut problems = Vec::new();
    let mut owner: BTreeMap<&str, usize> = BTreeMap::new();
    let mut units: BTreeMap<&str, Vec<Unit>> = BTreeMap::new();
    for (number, (part, run)) in parts.iter().zip(&runs).enumerate() {
        let shown = part.dir.display();
        if (&run.katas, &run.seed, &run.tool) != (&first.katas, &first.seed, &first.tool) {
            problems.push(t!("grade.other_run", part = shown, first = parts[0].dir.display()));
            continue;
        }
        for id in &run.submissions {
            if let Some(other) = owner.insert(id, number) {
                let other = parts[other].dir.display();
                problems.push(t!("grade.in_both", id = id, one = other, two = shown));
            }
            for kata in &run.katas {
                match part.unit(id, kata) {
                    Some(unit) => units.entry(id).or_default().push(unit),
                    None => problems.push(t!("grade.no_unit", id = id, kata = kata, part = shown)),
                }
            }
        }
    }
    if let Some(path) = &options.roster {
        let wanted = roster(path)?;
        let there: BTreeSet<&str> = owner.keys().copied().collect();
        let missing = wanted.iter().filter(|id| !there.contains(id.as_str()));
        problems.extend(missing.map(|id| t!("grade.nowhere", id = id)));
        let strangers = there.iter().filter(|id| !wanted.contains(**id));
        problems.extend(strangers.map(|id| t!("grade.stranger", id = id)));
    }
    if !problems.is_empty() {
        return Err(Trouble { message: problems.join("\n"), code: INCOMPLETE });
    }
    let into = Store::new(&options.out);
    for units in units.values() {
        units.iter().try_for_each(|unit| into.put_unit(unit))?;
        into.put_grade(&Grade::of(units, None))?;
    }
    let submissions: Vec<String> = owner.keys().map(|id| (*id).to_owned()).collect();
    println!("{}", t!("grade.merged", n = submissions.len(), dir = into.dir.display()));
    into.put_run(&store::Run { shard: None, submissions, ..first })?;
    let open = units.values().flatten().any(|unit| unit.kata.is_open());
    Ok(if open { 3 } else { 0 })
}

/// The ids of a class.
fn roster(path: &Path) -> Outcome<BTreeSet<String>> {
    let table = Table::read(path)?;
    let id = table.need("id")?;
    let mut ids = BTreeSet::new();
    for row in table.rows() {
        if let Some(id) = row.cell(id) {
            ids.insert(identified(id).map_err(|e| row.wrong(&e.message))?);
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::run;
    use crate::cli::Merge;
    use crate::result::{KataGrade, Submission, Tool, UNIT_SCHEMA, Unit};
    use crate::store::{RUN_SCHEMA, Run, Store};

    fn part(dir: &std::path::Path, ids: &[&str], graded: &[&str]) {
        let tool = Tool {
            version: "0".into(),
            rustc: "1".into(),
            sandbox: "bwrap".into(),
            policy_sha256: "p".into(),
        };
        let store = Store::new(dir);
        let run = Run {
            schema: RUN_SCHEMA.into(),
            tool: tool.clone(),
            seed: "0d".into(),
            katas: vec!["k02".into()],
            shard: None,
            submissions: ids.iter().map(|id| (*id).to_owned()).collect(),
            from: "class".into(),
            confirm_failures: 0,
            require_trust: None,
        };
        store.put_run(&run).unwrap();
        for id in graded {
            let unit = Unit {
                schema: UNIT_SCHEMA.into(),
                tool: tool.clone(),
                submission: Submission {
                    id: (*id).to_owned(),
                    tree_sha256: String::new(),
                    submitted_at: None,
                },
                graded_at: "2026-01-01T00:00:00Z".into(),
                seed: "0d".into(),
                key: String::new(),
                kata: KataGrade {
                    id: "k02".into(),
                    status: protocol::Status::Pass,
                    score: Some(1),
                    max: 1,
                    flags: Vec::new(),
                    message: None,
                    steps: Vec::new(),
                    tests: Vec::new(),
                },
            };
            store.put_unit(&unit).unwrap();
        }
    }

    #[test]
    fn a_merge_counts_everybody_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        part(&path("one"), &["a", "b"], &["a", "b"]);
        part(&path("two"), &["c"], &["c"]);
        part(&path("again"), &["b"], &["b"]);
        part(&path("half"), &["d"], &[]);
        fs::write(path("r.csv"), "id,name\na,A\nb,B\nc,C\n").unwrap();
        let merge = |parts: &[&str], roster: Option<&str>| {
            let options = Merge {
                roster: roster.map(path),
                out: path("out"),
                parts: parts.iter().map(|p| path(p)).collect(),
            };
            run(&options).map_err(|trouble| (trouble.code, trouble.message))
        };
        let (code, why) = merge(&["one", "again"], None).unwrap_err();
        assert!(code == 5 && why.contains('b'), "{why}");
        assert_eq!(merge(&["one", "half"], None).unwrap_err().0, 5);
        assert_eq!(merge(&["one"], Some("r.csv")).unwrap_err().0, 5);
        assert_eq!(merge(&["one", "two", "no-such"], None).unwrap_err().0, 2);
        assert!(!path("out").exists());
        assert_eq!(merge(&["one", "two"], Some("r.csv")).unwrap(), 0);
        let merged = Store::new(path("out"));
        assert_eq!(merged.grades().unwrap().len(), 3);
        fs::write(path("r.csv"), "name\na\n").unwrap();
        assert_eq!(merge(&["one", "two"], Some("r.csv")).unwrap_err().0, 2);
        fs::write(path("r.csv"), "id\na\n").unwrap();
        assert_eq!(merge(&["one", "two"], Some("r.csv")).unwrap_err().0, 5);
    }
}
